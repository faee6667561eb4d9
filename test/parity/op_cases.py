"""Cases of every op: broadcasts, dimensions, strides, numbers as operands, and the corners where definitions differ."""

import math

import torch

from case import DEVICE, GENERATOR, Fixed, Running, numbers, single
from meaning import MEANING

INF, NAN = math.inf, math.nan
SMOOTH = ["exp", "sigmoid", "tanh", "erf", "gelu", "square", "log", "sqrt"]


def values(*entries):
    return torch.tensor(entries if len(entries) > 1 else entries[0])


def cases():
    made = []

    def case(note, name, *args, **options):
        made.append(single(note, name, *args, **options))

    for family in (pointwise, reductions, layout, products, windows, normalisations, distances, adjoints, potentials, recurrent):
        family(case, numbers(family.__name__))
    return made


def pointwise(case, x):
    positive = ("log", "sqrt")
    for name in ("neg", "exp", "log", "sqrt", "abs", "square", "relu", "gelu", "sigmoid", "tanh", "erf", "sign"):
        low = 0.1 if name in positive else -3
        for shape in ([2, 3], [], [4, 1, 2]):
            case(f"of shape {shape}", name, x(shape, low, 3), second=name in SMOOTH)
    case("far out", "exp", values(-800.0, -700, 0, 700, 800))
    case("far out", "sigmoid", values(-800.0, -40, 0, 40, 800))
    case("far out", "tanh", values(-400.0, -20, 0, 20, 400, INF, -INF))
    case("from 0 to far out", "erf", values(-7.0, -6, -5.9, -3, -1e-3, -1e-200, 0, 1e-9, 0.5, 1, 2, 3.5, 5.9, 6, 30))
    case("far out", "gelu", values(-40.0, -6, -1e-8, 0, 1e-8, 6, 40))
    case("0 and infinities", "log", values(0.0, 1, INF))
    case("0 and infinities", "sqrt", values(0.0, 1, INF))
    case("below the domain", "log", values(-1.0, 2))
    case("0 has gradient 0", "abs", values(-1.5, 0, 1.5, -INF, INF))
    case("0 has gradient 0", "relu", values(-1.0, -0.0, 0, 1, INF, -INF))
    case("at 0", "sign", values(-2.0, 0, 3))
    for name in ("neg", "exp", "log", "sqrt", "abs", "square", "sigmoid", "tanh", "erf", "gelu", "relu", "sign"):
        case("NaN stays NaN", name, values(NAN, 1))

    shapes = [([2, 3], [2, 3]), ([2, 3], [3]), ([3, 1], [1, 4]), ([], [2, 2]), ([2, 1, 3], [4, 1]), ([0, 3], [3])]
    for name in ("add", "sub", "mul", "div", "pow", "maximum", "minimum", "greater", "equal"):
        for a, b in shapes:
            low = 0.3 if name in ("div", "pow") else -2
            second = name in ("mul", "div", "pow") and 0 not in a
            case(f"{a} with {b}", name, x(a, low, 3), x(b, low, 3), second=second)
        case("a number on the right", name, x([2, 3], 0.2, 3), 1.5, second=name in ("div", "pow"))
        case("a number on the left", name, 1.5, x([2, 3], 0.2, 3), second=name in ("div", "pow"))
    case("1 over 0", "div", values(1.0, -1, 2), values(0.0, 0, -0.0))
    for name in ("maximum", "minimum"):
        case("a tie gives each side half", name, values(1.0, 2, -1, 0), values(1.0, 1, -1, -0.0))
        case("a tie with a number", name, values(-1.0, 0.5, 2), 0.5)
        case("infinities", name, values(INF, -INF, 1, INF), values(1.0, 1, -INF, INF))
        case("NaN on either side propagates", name, values(NAN, 1, NAN), values(1.0, NAN, NAN))
    case("equal entries, NaN", "greater", values(1.0, 2, NAN, 3), values(1.0, 1, 1, NAN))
    case("equal entries, NaN", "equal", values(1.0, 2, NAN, 0), values(1.0, 1, NAN, -0.0))
    case("exponents at 0, and 0 to the 0", "pow", values(0.0, 0, 0, 0, 2, -2), values(0.0, 1, 2, 3, 0, 0))
    case("an exponent below 1 at 0 has gradient infinity", "pow", values(0.0, 0, 4), values(0.5, 0.25, 0.5))
    case("a negative exponent at 0", "pow", values(0.0, 2), values(-1.0, -1))
    case("a negative base with whole exponents", "pow", values(-2.0, -1.5, -0.5), Fixed(values(2.0, 3, -1)))
    case("a negative base in the exponent is NaN", "pow", values(-2.0, 1), values(2.0, 2))
    for exponent in (0, 1, 2, 3, -1, 0.5, 1.5, -0.5):
        case(f"exponent {exponent} at 0 and around", "pow", values(0.0, 0.5, 2), exponent)
    for exponent in (0, 1, 2, 3, -2):
        case(f"a negative base to the {exponent}", "pow", values(-1.5, -0.5), exponent)
    for base in (0, 1, 2, 0.5):
        case(f"base {base}", "pow", base, values(0.0, 1, 2.5, 3))
    case("1 to the NaN, NaN to the 0", "pow", Fixed(values(1.0, NAN)), Fixed(values(NAN, 0.0)))

    chosen = Fixed(values(1.0, 0, -2, 0))
    case("non-zero is true", "where", chosen, x([4]), x([4]))
    case("broadcast", "where", Fixed(values([[1.0], [0.0]])), x([3]), x([2, 3]))
    case("numbers", "where", chosen, x([4]), -1.5)
    case("numbers on the left", "where", chosen, 0.25, x([4]))
    case("what is not chosen may be NaN or infinite", "where", chosen, values(1.0, NAN, 2, INF), values(NAN, 1, INF, 2))
    case("keeps or drops", "keepWhere", chosen, values(1.0, NAN, 2, INF))
    case("broadcast", "keepWhere", Fixed(values([[1.0], [0.0]])), x([3]))
    for bounds in ({"min": -1, "max": 1}, {"min": 0.5}, {"max": 0.5}):
        case(f"{bounds}", "clamp", x([3, 4]), bounds)
    case("1 on the edges", "clamp", values(-2.0, -1, 0, 1, 2), {"min": -1, "max": 1})
    case("NaN and infinities", "clamp", values(NAN, -INF, INF, 0), {"min": -1, "max": 1})
    case("bounds the wrong way round", "clamp", values(-1.0, 0, 0.5, 1, 2), {"min": 1, "max": 0})
    case("bounds that meet", "clamp", values(-1.0, 0.5, 1), {"min": 0.5, "max": 0.5})
    for a, b in shapes:
        case(f"{a} with {b}", "addRelu", x(a), x(b))
    case("a number on the right", "addRelu", x([2, 3]), -0.5)
    case("a number on the left", "addRelu", -0.5, x([2, 3]))
    case("a sum of 0 has gradient 0", "addRelu", values(1.0, -0.0, 2), values(-1.0, -0.0, 1))
    case("NaN and infinities", "addRelu", values(NAN, 1, INF, INF, -INF), values(1.0, NAN, -INF, 1, 1))


def reductions(case, x):
    choices = [
        ([2, 3], {}),
        ([2, 3], {"keepdim": True}),
        ([2, 3, 4], {"dim": 1}),
        ([2, 3, 4], {"dim": -1, "keepdim": True}),
        ([2, 3, 4], {"dim": [0, 2]}),
        ([2, 3, 4], {"dim": [-1, -2], "keepdim": True}),
        ([2, 3, 2, 2], {"dim": [1, 3]}),
        ([3], {"dim": 0}),
        ([], {}),
    ]
    for name in ("sum", "mean", "variance", "max", "min", "logSumExp", "norm"):
        for shape, options in choices:
            if name == "variance" and shape == []:
                continue
            second = name in ("variance", "logSumExp", "norm")
            case(f"{shape} {options}", name, x(shape), options, second=second)
    case("over nothing is 0", "sum", x([2, 0, 3]), {"dim": 1})
    case("no elements at all", "sum", x([0, 3]))
    case("over nothing is NaN", "mean", x([2, 0]), {"dim": 1})
    case("a dimension of size 1", "sum", x([2, 1, 3]), {"dim": 1})
    case("NaN and infinities", "sum", values([[NAN, 1.0], [INF, 1], [INF, -INF]]), {"dim": 1})
    for correction in (0, 1, 2):
        case(f"correction {correction}", "variance", x([3, 4]), {"dim": 1, "correction": correction}, second=True)
        case(f"correction {correction} over all", "variance", x([3, 4]), {"correction": correction})
    case("equal entries have gradient 0", "variance", values([[2.0, 2, 2], [1, 2, 3]]), {"dim": 1, "correction": 0})
    case("a correction above the count", "variance", x([2, 3]), {"dim": 0, "correction": 3})
    case("one value, correction 1, is NaN", "variance", x([3, 1]), {"dim": 1})

    ties = values([[1.0, 3, 3, 2], [2, 2, 2, 2], [-1, -3, -3, -1]])
    cube = values([[[1.0, 3], [3, 2]], [[2, 2], [2, 2]]])
    for name in ("max", "min"):
        case("ties along a dimension go to the first", name, ties, {"dim": 1})
        case("ties along dimension 0 go to the first", name, ties, {"dim": 0, "keepdim": True})
        case("ties over all are shared evenly", name, ties)
        case("ties over several dimensions are shared evenly", name, cube, {"dim": [1, 2]})
        case("ties over a list of one dimension are shared evenly", name, cube, {"dim": [1]})
        case("infinities", name, values([[INF, 1.0, INF], [-INF, -INF, 0]]), {"dim": 1})
        case("NaN propagates along a dimension", name, values([[1.0, NAN, 3], [NAN, 2, NAN], [1, 2, 3]]), {"dim": 1})
        case("NaN propagates over all", name, values([[1.0, NAN], [3, 2]]))
        case("NaN propagates over a list of dimensions", name, values([[1.0, NAN], [3, 2]]), {"dim": [1]})
    case("first of equal values", "argmax", ties, {"dim": 1})
    case("the last dimension unless given", "argmax", x([3, 4]))
    case("dimension 0, negative", "argmax", x([3, 4]), {"dim": -2})
    case("NaN counts as the largest", "argmax", values([[1.0, NAN, 3], [5, 2, NAN]]), {"dim": 1})

    case("large values", "logSumExp", values([[1000.0, 1001, 999], [-1000, -1001, -999]]), {"dim": 1})
    case("some entries -infinity", "logSumExp", values([[0.0, -INF, 1], [-INF, 2, -INF]]), {"dim": 1})
    case("all entries -infinity", "logSumExp", values([[-INF, -INF], [0.0, 1]]), {"dim": 1})
    case("an entry infinity", "logSumExp", values([[INF, 0.0], [1, 2]]), {"dim": 1})
    case("NaN", "logSumExp", values([[NAN, 0.0], [1, 2]]), {"dim": 1})
    for name in ("softmax", "logSoftmax"):
        for shape, dim in (([2, 3], 1), ([2, 3], 0), ([2, 3, 2], -2), ([4], 0), ([2, 1], 1)):
            case(f"{shape} along {dim}", name, x(shape), {"dim": dim}, second=True)
        case("large values", name, values([[1000.0, 1001, 999], [-1000, -1001, -999], [0, 800, -800]]), {"dim": 1})
        case("some entries -infinity", name, values([[0.0, -INF, 1], [-INF, 2, 3]]), {"dim": 1})
        case("an entry infinity", name, values([[INF, 0.0, 1], [1, 2, 3]]), {"dim": 1})
        case("NaN", name, values([[NAN, 0.0, 1], [1, 2, 3]]), {"dim": 1})
        case("all entries -infinity", name, values([[-INF, -INF], [0.0, 1]]), {"dim": 1})

    for p in (1, 1.5, 2, 3, 0.5, INF):
        for options in ({}, {"dim": 1}, {"dim": [0, -1], "keepdim": True}):
            case(f"p {p}, {options}", "norm", x([2, 3, 2]), {"p": p, **options}, second=p in (1.5, 3) and not options)
        case(f"p {p}: rows with zeros and all zeros", "norm", values([[0.0, 0, 0], [0, 2, -1.5]]), {"p": p, "dim": 1})
    case("NaN", "norm", values([[NAN, 2], [3, 4]]), {"dim": 1})
    case("p Infinity: ties are shared", "norm", values([[2.0, -2, 1], [0.5, 0.25, -0.5]]), {"p": INF, "dim": 1})


def layout(case, x):
    for shape, to in (([2, 3], [3, 2]), ([2, 3], [-1]), ([4], [2, -1]), ([], [1, 1]), ([2, 0], [0, 5]), ([1, 1], [])):
        case(f"{shape} to {to}", "reshape", x(shape), to)
    for shape, start in (([2, 3, 2], 0), ([2, 3, 2], 1), ([2, 3, 2], -2), ([], 0)):
        case(f"{shape} from {start}", "flatten", x(shape), start)
    case("from the first unless given", "flatten", x([2, 2]))
    case("every dimension of size 1", "squeeze", x([1, 3, 1, 2]))
    case("one dimension", "squeeze", x([1, 3, 1, 2]), 2)
    case("a negative dimension", "squeeze", x([2, 1]), -1)
    for dim in (0, 1, 2, -1, -3):
        case(f"before {dim}", "unsqueeze", x([2, 3]), dim)
    for dims in ([2, 0, 1], [0, 2, 1], [-1, -2, -3]):
        case(f"{dims}", "permute", x([2, 3, 4]), dims)
    case("the last two unless given", "transpose", x([2, 3, 2]))
    case("0 and 1", "transpose", x([2, 3, 2]), 0, 1)
    case("-1 and 0", "transpose", x([2, 3, 2]), -1, 0)
    for shape, to in (([3], [2, 3]), ([2, 1], [2, 4]), ([], [2, 2]), ([1, 3, 1], [2, 2, 3, 2])):
        case(f"{shape} to {to}", "expand", x(shape), to)
        case(f"{to} to {shape}", "sumTo", x(to), shape)
    cuts = [
        {"dim": 1, "start": 1, "end": 3},
        {"dim": -1, "start": -2},
        {"start": 1},
        {"dim": 1, "step": 2},
        {"dim": 1, "start": 1, "end": -1, "step": 2},
        {"dim": 1, "end": 99},
        {"dim": 1, "start": -99, "end": 2},
        {"dim": 1, "start": 3, "end": 1},
        {"dim": 1, "start": 4},
    ]
    for options in cuts:
        case(f"{options}", "slice", x([3, 5]), options)
    for part in (1, 2, 3):
        case(f"7 in 3 parts, part {part}", "chunk", x([2, 7]), 3, {"dim": 1}, output=part)
    case("5 in 4 parts are 3 parts, the last", "chunk", x([5, 2]), 4)
    case("6 in 3 parts along -2, the first", "chunk", x([6, 2]), 3, {"dim": -2}, output=1)
    case("along 0", "concat", [x([2, 3]), x([1, 3]), x([0, 3])])
    case("along -1", "concat", [x([2, 3]), x([2, 1])], {"dim": -1})
    same = x([2, 2])
    case("one tensor", "concat", [same])
    case("along 0", "stack", [x([2, 3]), x([2, 3])])
    case("along -1", "stack", [x([2, 3]), x([2, 3]), x([2, 3])], {"dim": -1})
    case("scalars", "stack", [x([]), x([])])
    case("zeros around", "pad", x([2, 3]), [[1, 0], [0, 2]])
    case("a value around", "pad", x([2, 1, 2]), [[0, 1], [1, 1], [2, 0]], 1.5)
    case("a vector with infinity", "pad", x([2]), [[1, 1]], -INF)
    case("a transposed rectangle", "copyView", x([3, 4]), {"shape": [2, 3], "strides": [1, 4], "offset": 1})
    inside = {"shape": [2, 2], "strides": [1, 4], "offset": 5}
    case("a transposed rectangle", "placeView", x([2, 2]), inside, [3, 4])
    case("a fill", "placeView", x([2, 2]), inside, [3, 4], -0.5)
    case("repeats along 0", "take", x([4, 2]), [3, 0, 3, 3, 1])
    case("repeats along -1", "take", x([2, 3]), [2, 2, 0], {"dim": -1})
    case("the middle of three", "take", x([2, 3, 2]), [1, 1], {"dim": 1})
    case("nothing", "take", x([3, 2]), [])
    case("repeats along 0", "scatterAdd", x([4, 2]), [2, 0, 2, 2], 5)
    case("repeats along -1", "scatterAdd", x([2, 3]), [1, 1, 0], 2, {"dim": -1})
    case("rows", "oneHot", [2, 0, 1, 2], 4, {"device": DEVICE})
    case("p 0 keeps all", "dropout", x([2, 3]), 0, GENERATOR)
    case("p 1 drops all", "dropout", x([2, 3]), 1, GENERATOR)


def products(case, x):
    pairs = [
        ([2, 3], [3, 4]),
        ([3], [3]),
        ([3], [3, 2]),
        ([2, 3], [3]),
        ([2, 2, 3], [2, 3, 2]),
        ([2, 1, 2, 3], [3, 3, 2]),
        ([2, 3], [4, 3, 2]),
        ([4, 2, 3], [3, 1]),
        ([4, 2, 3], [3]),
        ([3], [2, 3, 2]),
        ([2, 0], [0, 3]),
    ]
    for a, b in pairs:
        case(f"{a} times {b}", "matmul", x(a), x(b), second=0 not in a)
    for a, b, options in (
        ([2, 3], [3, 4], {}),
        ([3, 2], [3, 4], {"transposeA": True}),
        ([2, 3], [4, 3], {"transposeB": True}),
        ([3, 2], [4, 3], {"transposeA": True, "transposeB": True}),
        ([2, 3, 2], [4, 3], {"transposeA": True, "transposeB": True}),
        ([3, 1], [2, 2, 3], {"transposeA": True, "transposeB": True}),
    ):
        case(f"{a} times {b} {options}", "gemm", x(a), x(b), options, second=True)


def windows(case, x):
    hows = [
        ({}, [2, 2]),
        ({"stride": 2, "padding": 1}, [3, 3]),
        ({"stride": [2, 1], "padding": [0, 1], "dilation": [1, 2]}, [2, 2]),
        ({"dilation": 2}, [2, 3]),
        ({"padding": 2}, [1, 1]),
    ]
    for options, kernel in hows:
        note = f"window {kernel} {options}"
        case(note, "unfold", x([2, 2, 5, 6]), kernel, options)
        case(f"{note} with bias", "conv2d", x([2, 2, 5, 6]), x([3, 2, *kernel]), {"bias": x([3]), **options})
        case(note, "conv2d", x([1, 1, 5, 6]), x([2, 1, *kernel]), options, second=True)
    for options, kernel in hows[:4]:
        stride, padding, dilation = (options.get(k, d) for k, d in (("stride", 1), ("padding", 0), ("dilation", 1)))
        columns = torch.nn.functional.unfold(torch.zeros(1, 2, 5, 6), kernel, dilation, padding, stride)
        case(f"window {kernel} {options}", "fold", x(list(columns.shape)), [5, 6], kernel, options)
    for options, kernel in (
        ({}, [2, 2]),
        ({"stride": 2}, [2, 2]),
        ({"stride": 2, "padding": 1, "outputPadding": 1}, [3, 3]),
        ({"stride": [2, 3], "padding": [1, 0], "dilation": [2, 1], "outputPadding": [1, 2]}, [3, 2]),
    ):
        note = f"window {kernel} {options}"
        case(note, "convTranspose2d", x([2, 2, 3, 2]), x([2, 3, *kernel]), {"bias": x([3]), **options})
        case(f"{note}, no bias", "convTranspose2d", x([1, 1, 3, 3]), x([1, 1, *kernel]), options, second=True)
    for name in ("maxPool2d", "avgPool2d"):
        case("the window's size is the stride, floor mode", name, x([2, 2, 5, 4]), 2)
        case("stride 1", name, x([1, 2, 4, 4]), 2, {"stride": 1})
        case("3 by stride 2 with padding", name, x([1, 2, 5, 6]), 3, {"stride": 2, "padding": 1})
        case("pairs", name, x([1, 1, 5, 6]), [3, 2], {"stride": [1, 2], "padding": [1, 0]})
        case("negative values beside the padding", name, x([1, 1, 3, 3], -3, -1), 3, {"padding": 1})
    tied = values([[[[1.0, 1, 0, 2], [1, 1, 2, 2], [0, 0, 3, 1], [0, 0, 1, 3]]]])
    case("ties go to the first, row by row", "maxPool2d", tied, 2)
    case("ties in overlapping windows", "maxPool2d", tied, 2, {"stride": 1})
    broken = values([[[[1.0, NAN, 0, 2], [1, 1, 2, 2], [0, 0, 3, 1], [0, 5, 1, 3]]]])
    case("NaN propagates", "maxPool2d", broken, 2)
    case("two NaNs in a window", "maxPool2d", values([[[[NAN, 1], [2, NAN]]]]), 2)
    case("NaN propagates", "avgPool2d", broken, 2)
    for name in ("conv2d", "convTranspose2d"):
        for bias in ({"bias": x([2])}, {}):
            note = f"with relu, {'and bias' if bias else 'no bias'}"
            case(note, name, x([2, 2, 3, 4]), x([2, 2, 2, 2]), {**bias, "activation": "relu"})


def normalisations(case, x):
    for shape, options in (([2, 3], {}), ([3, 2], {"dim": 0}), ([2, 3, 2], {"dim": -1}), ([2, 3], {"eps": 10})):
        case(f"{shape} {options}", "normalize", x(shape), options, second=not options)
    case("rows of zeros stay zero", "normalize", values([[0.0, 0, 0], [3, 0, 4]]))
    case("NaN", "normalize", values([[NAN, 2], [3, 4]]))
    case("rows shorter than eps", "normalize", values([[1e-13, 0.0], [0.6, 0.8]]))
    for shape, ending in (([3, 4], [4]), ([2, 2, 3], [2, 3]), ([4], [4])):
        case(f"{shape} over {ending}", "layerNorm", x(shape), ending, {"weight": x(ending), "bias": x(ending)})
        case(f"{shape} over {ending}, plain", "layerNorm", x(shape), ending, second=True)
    case("weight alone, eps", "layerNorm", x([3, 4]), [4], {"weight": x([4]), "eps": 0.1})
    case("equal entries", "layerNorm", values([[2.0, 2, 2], [1, 2, 3]]), [3])
    for shape in ([4, 3], [2, 3, 2], [2, 2, 3, 2]):
        channels = [shape[1]]
        both = {"weight": x(channels), "bias": x(channels)}
        running = lambda: {"runningMean": Running(x(channels)), "runningVar": Running(x(channels, 0.5, 2))}
        case(f"{shape} training", "batchNorm", x(shape), {**both, **running(), "training": True})
        case(f"{shape} evaluation", "batchNorm", x(shape), {**both, **running()})
        for training in (True, False):
            options = {**both, **running(), "training": training, "activation": "relu"}
            case(f"{shape} with relu, {'training' if training else 'evaluation'}", "batchNorm", x(shape), options)
        case(f"{shape} training, plain", "batchNorm", x(shape), {"training": True}, second=len(shape) == 2)
        options = {**running(), "training": True, "momentum": 0.3, "eps": 0.01}
        case(f"{shape} training, momentum 0.3, eps 0.01", "batchNorm", x(shape), options)
    case("evaluation, plain, is the default", "batchNorm", x([3, 2]), running_of(x, 2))
    case("only the running mean", "batchNorm", x([3, 2]), {"runningMean": Running(x([2])), "training": True})
    case("bias alone", "batchNorm", x([3, 2]), {"bias": x([2]), "training": True})
    case("labels", "crossEntropy", x([3, 4]), [2, 0, 2], second=True)
    case("one row", "crossEntropy", x([1, 3]), [1])
    case("large logits", "crossEntropy", values([[1000.0, 0, -1000], [-1000, 1000, 0]]), [0, 2])
    case("an impossible class", "crossEntropy", values([[0.0, -INF, 1], [1, 2, 3]]), [2, 0])
    soft = values([[0.1, 0.2, 0.7], [0.5, 0.5, 0]])
    case("probabilities", "crossEntropy", x([2, 3]), soft, second=True)
    case("probabilities, fixed", "crossEntropy", x([2, 3]), Fixed(soft))
    case("weights that do not sum to 1", "crossEntropy", x([2, 3]), x([2, 3]))
    for pooling in ({"kernel": 2}, {"kernel": 3, "stride": 2}, {"kernel": 3, "stride": [1, 2], "padding": 1}):
        for training, activation in ((True, {"activation": "relu"}), (True, {}), (False, {"activation": "relu"})):
            scale = {"weight": values([-0.7, 1.2, -1.1]), "bias": x([3])}
            options = {**scale, **running_of(x, 3), "training": training, **activation, "maxPool": pooling}
            note = f"{pooling}{' with relu' if activation else ''}, {'training' if training else 'evaluation'}"
            case(note, "batchNorm", x([2, 3, 5, 6]), options, second=bool(training and activation))


def running_of(x, channels):
    return {"runningMean": Running(x([channels])), "runningVar": Running(x([channels], 0.5, 2))}


def distances(case, x):
    twins = values([[1.0, 2], [1, 2], [0, 1], [1, 2]])
    for n, d in ((4, 3), (2, 1), (6, 2)):
        case(f"{n} points of {d} dimensions", "pdist", x([n, d]))
    # Fixed: the backward of an empty pdist crashes PyTorch 1.13.
    case("one point has no pairs", "pdist", Fixed(x([1, 3])))
    case("no points", "pdist", Fixed(x([0, 3])))
    case("identical points have gradient 0", "pdist", twins)
    for n, m, d in ((3, 4, 2), (1, 1, 3), (2, 5, 1)):
        case(f"{n} by {m} points of {d} dimensions", "cdist", x([n, d]), x([m, d]))
        case(f"{n} by {m} points of {d} dimensions", "squaredDistances", x([n, d]), x([m, d]), second=True)
    case("identical points have gradient 0", "cdist", twins, twins[:3] + 0)
    case("identical points", "squaredDistances", twins, twins[:3] + 0)


def adjoints(case, x):
    """What convolution, pooling and batch normalisation are made of, and the gradients of these, as ops."""
    for options, (oh, ow) in (
        ({}, (3, 4)),
        ({"stride": 2, "padding": 1}, (3, 3)),
        ({"stride": [1, 2], "padding": [2, 0], "dilation": [2, 1]}, (5, 2)),
    ):
        note = f"3x3 over 5x6 {options}"
        case(note, "convolve", x([2, 2, 5, 6]), x([3, 2, 3, 3]), options, second=True)
        case(note, "convolveInput", x([2, 3, oh, ow]), x([3, 2, 3, 3]), [5, 6], options, second=True)
        case(note, "convolveWeight", x([2, 2, 5, 6]), x([2, 3, oh, ow]), [3, 3], options, second=True)
    sizes = {"batch": 1, "channels": 2, "height": 3, "width": 3, "kernel": [2, 2], "stride": [1, 1]}
    sizes = {**sizes, "padding": [0, 0], "dilation": [1, 1], "outHeight": 2, "outWidth": 2}
    places = Fixed(values([[[[4.0, 4], [3, 8]], [[0, 1], [4, 4]]]]))
    case("a place twice", "pick", x([1, 2, 3, 3]), places, sizes)
    case("a place twice", "unpick", x([1, 2, 2, 2]), places, sizes)
    for window, stride, padding, out in (([2, 2], [2, 2], [0, 0], [2, 2]), ([3, 2], [1, 2], [1, 0], [4, 2])):
        sizes = {"batch": 2, "channels": 1, "height": 4, "width": 5, "kernel": window, "stride": stride}
        sizes = {**sizes, "padding": padding, "dilation": [1, 1], "outHeight": out[0], "outWidth": out[1]}
        case(f"{window} by {stride}", "avgSpread", x([2, 1, *out]), sizes)
    for shape in ([4, 3], [2, 2, 3], [3, 2, 2, 2]):
        images, channels = x(shape), [shape[1]]
        moments = Fixed(MEANING["channelMoments"](images))
        case(f"of {shape}", "channelMoments", images, second=True)
        for relu in (False, True):
            how = {"eps": 0.01, "relu": relu}
            note = f"of {shape}{' with relu' if relu else ''}"
            both = lambda: (x(channels), x(channels))
            case(note, "batchNormalize", images, *both(), moments, how, second=True)
            case(note, "batchNormalizeTotals", x(shape), images, *both(), moments, how)
            case(note, "batchNormalizeInput", x(shape), images, *both(), moments, x([2, *channels]), how)
            case(note, "normalizeBy", images, *both(), moments, how)


def potentials(case, x):
    """The sum behind the uniformity losses, and its gradient as an op."""
    twins = values([[1.0, 2], [1, 2], [0, 1], [1, 2]])
    for n, d, t in ((4, 3, 2), (2, 1, 0.5), (6, 2, 1)):
        case(f"{n} points of {d} dimensions", "logPotential", x([n, d]), t, second=True)
    for n, m, d, t in ((3, 4, 2, 1), (1, 1, 3, 0.5), (2, 5, 1, 2)):
        case(f"{n} by {m} points of {d} dimensions", "logPotential", x([n, d]), t, x([m, d]), second=True)
    case("identical points", "logPotential", twins, 2, second=True)
    case("identical points in two sets", "logPotential", twins, 2, twins[:3] + 0, second=True)
    case("far points", "logPotential", x([4, 2], -50, 50), 2)
    for total in (0.3, -2.0):
        case(f"of 4 points, total {total}", "potentialGradient", x([4, 3]), values([total]).reshape([]), 1)
        case(f"of 3 by 4 points, total {total}", "potentialGradient", x([3, 2]), values([total]).reshape([]), 1, x([4, 2]))


def recurrent(case, x):
    """Along sequences of equal length, of different lengths, and one alone, read either way."""
    for sizes, width in (([3, 3], 2), ([4, 2, 2, 1], 3), ([1, 1, 1], 1), ([2], 4)):
        for reverse in (False, True):
            note = f"{sizes} items of width {width}{', from the end' if reverse else ''}"
            given = (x([sum(sizes), 3 * width]), x([sizes[0], width]), x([3 * width, width]), x([3 * width]))
            case(note, "gru", *given, {"batchSizes": sizes, "reverse": reverse}, second=True)
    far = values([[40.0, -40, 3], [-40, 40, -3], [1, 800, 400]])
    case("gates far out", "gru", far, x([2, 1]), x([3, 1]), x([3]), {"batchSizes": [2, 1], "reverse": False})
