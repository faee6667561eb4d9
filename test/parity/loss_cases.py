"""Cases of every loss, against the paper's one-liners and the authors' released code."""

import math

import torch
import torch.nn.functional as F

from case import Fixed, finish, numbers, single
from meaning import queue_uniform_loss_released


def align_without_nan(x, y, alpha=2, checkNorm=True):
    """Our alignLoss for alpha < 1: pairs at distance 0 contribute 0 and have gradient 0, where PyTorch's is NaN."""
    apart = ((x - y) != 0).any(1)
    return (x[apart] - y[apart]).norm(p=2, dim=1).pow(alpha).sum() / x.shape[0]


def uniform_without_underflow(x, t=2, checkNorm=True):
    """Our uniformLoss: the same where exp does not underflow, finite where it does."""
    pairs = torch.pdist(x, p=2)
    return torch.logsumexp(pairs.pow(2).mul(-t), 0) - math.log(pairs.numel())


def cases():
    made = []
    draw = numbers("losses")

    def unit(n, d):
        return F.normalize(draw([n, d]))

    def case(note, name, *args, **options):
        made.append(single(note, name, *args, **options))

    for alpha in (2, 1, 1.5, 3, 0.5):
        case(f"alpha {alpha}", "alignLoss", unit(4, 3), unit(4, 3), {"alpha": alpha}, second=True)
    case("the default is alpha 2", "alignLoss", unit(5, 2), unit(5, 2))
    case("one pair", "alignLoss", unit(1, 3), unit(1, 3), {"alpha": 1})
    case("unnormalised rows", "alignLoss", draw([3, 2]), draw([3, 2]), {"alpha": 1.5, "checkNorm": False})
    same = unit(3, 3)
    other = torch.cat([same[:1], unit(2, 3)])
    for alpha in (1, 1.5, 2, 3):
        case(f"alpha {alpha}, a pair that coincides", "alignLoss", same, other, {"alpha": alpha})
    for alpha in (0.5, 0.9):
        note = f"alpha {alpha}, a pair that coincides: gradient 0, not NaN"
        case(note, "alignLoss", same, other, {"alpha": alpha}, meaning={"alignLoss": align_without_nan})

    for name in ("uniformLoss", "uniformLossAsPrinted"):
        for t in (2, 1, 0.5, 5):
            case(f"t {t}", name, unit(5, 3), {"t": t})
        case("the default is t 2", name, unit(4, 2))
        case("one pair", name, unit(2, 4))
        case("points that coincide", name, torch.cat([same, same[:2]]))
        case("unnormalised rows", name, draw([4, 2], -1, 1), {"checkNorm": False})
    poles = torch.tensor([[1.0, 0], [-1, 0]])
    case("underflows to -infinity", "uniformLossAsPrinted", Fixed(poles), {"t": 300})
    poles = torch.tensor([[1.0, 0], [-1, 0], [0, 1]])
    far = {"uniformLoss": uniform_without_underflow}
    case("finite where the mean underflows", "uniformLoss", poles, {"t": 400}, meaning=far)

    weights = {"alignWeight": 0.75, "uniformWeight": 1.5, "alpha": 1.5, "t": 3}
    for output, what in ((2, "loss"), (3, "align"), (4, "uniform")):
        case(f"{what}, defaults", "alignUniformLoss", unit(4, 3), unit(4, 3), output=output)
        case(f"{what}, weights", "alignUniformLoss", unit(4, 3), unit(4, 3), weights, output=output)

    for tau in (0.5, 0.19, 0.07, 2):
        case(f"tau {tau}", "contrastiveLoss", unit(4, 3), unit(4, 3), {"tau": tau}, second=True)
        queue = (unit(3, 4), unit(3, 4), unit(5, 4))
        case(f"tau {tau}", "queueContrastiveLoss", *queue, {"tau": tau}, second=True)
    case("the default is tau 0.5", "contrastiveLoss", unit(3, 3), unit(3, 3))
    case("one pair", "contrastiveLoss", unit(1, 3), unit(1, 3))
    case("unnormalised rows", "contrastiveLoss", draw([3, 2]), draw([3, 2]), {"tau": 1, "checkNorm": False})
    case("the default is tau 0.07, keys fixed", "queueContrastiveLoss", unit(3, 3), Fixed(unit(3, 3)), Fixed(unit(4, 3)))

    for t in (3, 2, 0.5):
        case(f"Eq. 18, t {t}", "queueUniformLoss", unit(3, 3), unit(5, 3), {"t": t})
        case(f"Eq. 17, t {t}", "queueUniformLoss", unit(3, 3), unit(5, 3), {"t": t, "intraBatch": False})
    case("the default is Eq. 18, t 3", "queueUniformLoss", unit(4, 2), Fixed(unit(3, 2)))
    case("Eq. 18, one query", "queueUniformLoss", unit(1, 3), unit(4, 3))
    case("a key that equals a query", "queueUniformLoss", same, torch.cat([same[:1], unit(2, 3)]))
    case("unnormalised rows", "queueUniformLoss", draw([2, 2], -1, 1), draw([3, 2], -1, 1), {"checkNorm": False})

    released = {"queueUniformLoss": queue_uniform_loss_released}
    for intra in (True, False):
        steps = [
            ["normalize", [{"$": 0}]],
            ["normalize", [{"$": 1}]],
            ["queueUniformLoss", [{"$": 2}, {"$": 3}, {"intraBatch": intra}]],
        ]
        note = f"queueUniformLoss: through normalize as the authors' code has it, intraBatch {intra}"
        made.append(finish_as(released, note, steps, [draw([3, 4]), draw([5, 4])]))
    for name, options in (("alignLoss", {"alpha": 1}), ("contrastiveLoss", {"tau": 0.3})):
        steps = [["normalize", [{"$": 0}]], ["normalize", [{"$": 1}]], [name, [{"$": 2}, {"$": 3}, options]]]
        made.append(finish(f"{name}: through normalize", steps, [draw([4, 3]), draw([4, 3])], second=True))
    steps = [["normalize", [{"$": 0}]], ["uniformLoss", [{"$": 1}]]]
    made.append(finish("uniformLoss: through normalize", steps, [draw([5, 3])]))
    return made


def finish_as(meaning, note, steps, inputs):
    """A case whose meaning is the authors' other formula; both must agree, so nothing is recorded as a difference."""
    case = finish(note, steps, inputs, meaning=meaning)
    del case["pytorch"]
    return case
