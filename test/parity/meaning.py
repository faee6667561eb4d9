"""What each of our ops and losses is in PyTorch. Arguments and options are ours, name for name."""

import torch
import torch.nn.functional as F


def as_tensor(x):
    return x if isinstance(x, torch.Tensor) else torch.tensor(float(x))


def dims_of(x, dim):
    if dim is None:
        return list(range(x.dim()))
    return [dim] if isinstance(dim, int) else list(dim)


def mask(condition):
    return condition.detach().double()


def extreme(name):
    def apply(x, dim=None, keepdim=False):
        if isinstance(dim, int):
            return getattr(x, name)(dim, keepdim=keepdim).values
        if dim is None:
            y = getattr(x, name)()
            return y.reshape([1] * x.dim()) if keepdim else y
        return getattr(torch, "a" + name)(x, dim, keepdim=keepdim)

    return apply


def gemm(a, b, transposeA=False, transposeB=False):
    return torch.matmul(a.transpose(-1, -2) if transposeA else a, b.transpose(-1, -2) if transposeB else b)


def slice_(x, dim=0, start=None, end=None, step=None):
    before = dim if dim >= 0 else dim + x.dim()
    return x[(slice(None),) * before + (slice(start, end, step),)]


def pad(x, widths, value=0):
    return F.pad(x, [w for pair in reversed(widths) for w in pair], value=value)


def scatter_add(x, indices, n, dim=0):
    shape = list(x.shape)
    shape[dim] = n
    return torch.zeros(shape).index_add(dim, torch.tensor(indices), x)


def copy_view(x, view):
    return torch.as_strided(x, view["shape"], view["strides"], view["offset"]).clone()


def place_view(x, view, shape, fill=0):
    whole = torch.full(shape, float(fill))
    places = torch.as_strided(torch.arange(whole.numel()), view["shape"], view["strides"], view["offset"])
    return whole.reshape(-1).index_put((places.reshape(-1),), x.reshape(-1)).reshape(shape)


def batch_norm(
    x,
    weight=None,
    bias=None,
    runningMean=None,
    runningVar=None,
    training=False,
    momentum=0.1,
    eps=1e-5,
    activation=None,
    maxPool=None,
):
    y = F.batch_norm(x, runningMean, runningVar, weight, bias, training, momentum, eps)
    y = F.relu(y) if activation == "relu" else y
    return F.max_pool2d(y, maxPool["kernel"], maxPool.get("stride"), maxPool.get("padding", 0)) if maxPool else y


def derivative(f, x, g):
    """The gradient of f at x, given that of f(x) and itself differentiable."""
    x = x if x.requires_grad else x.detach().requires_grad_()
    return torch.autograd.grad(f(x), x, g, create_graph=True)[0]


def conv2d(x, w, bias=None, stride=1, padding=0, dilation=1, activation=None):
    y = F.conv2d(x, w, bias, stride, padding, dilation)
    return F.relu(y) if activation == "relu" else y


def conv_transpose2d(x, w, bias=None, stride=1, padding=0, dilation=1, outputPadding=0, activation=None):
    y = F.conv_transpose2d(x, w, bias, stride, padding, outputPadding, 1, dilation)
    return F.relu(y) if activation == "relu" else y


def convolve_input(g, w, size, stride=1, padding=0, dilation=1):
    x = torch.zeros(g.shape[0], w.shape[1], *size)
    return derivative(lambda x: F.conv2d(x, w, None, stride, padding, dilation), x, g)


def convolve_weight(x, g, kernel, stride=1, padding=0, dilation=1):
    w = torch.zeros(g.shape[1], x.shape[1], *kernel)
    return derivative(lambda w: F.conv2d(x, w, None, stride, padding, dilation), w, g)


def channel_moments(x):
    dims = [d for d in range(x.dim()) if d != 1]
    return torch.stack([x.mean(dims), x.var(dims, unbiased=False)])


def batch_normalize(x, weight, bias, moments, eps, relu):
    y = F.batch_norm(x, None, None, weight, bias, True, 0, eps)
    return F.relu(y) if relu else y


def normalize_by(x, weight, bias, moments, eps, relu):
    y = F.batch_norm(x, moments[0], moments[1], weight, bias, False, 0, eps)
    return F.relu(y) if relu else y


def kept(g, x, weight, bias, moments, eps, relu):
    return g * (batch_normalize(x, weight, bias, moments, eps, relu) != 0) if relu else g


def batch_normalize_totals(g, x, weight, bias, moments, eps, relu):
    g, dims = kept(g, x, weight, bias, moments, eps, relu), [d for d in range(x.dim()) if d != 1]
    return torch.stack([g.sum(dims), (g * F.batch_norm(x, None, None, None, None, True, 0, eps)).sum(dims)])


def batch_normalize_input(g, x, weight, bias, moments, totals, eps, relu):
    per_channel = [1, -1, *[1 for _ in x.shape[2:]]]
    xhat = F.batch_norm(x, None, None, None, None, True, 0, eps)
    along = totals[0].reshape(per_channel) + xhat * totals[1].reshape(per_channel)
    own = kept(g, x, weight, bias, moments, eps, relu) - along / (x.numel() / x.shape[1])
    return (weight / (channel_moments(x)[1] + eps).sqrt()).reshape(per_channel) * own


def unpick(g, places, window):
    shape = [window[size] for size in ("batch", "channels", "height", "width")]
    planes = torch.zeros(shape[0], shape[1], shape[2] * shape[3])
    return planes.scatter_add(2, places.detach().long().flatten(2), g.flatten(2)).reshape(shape)


def avg_spread(g, window):
    x = torch.zeros(window["batch"], window["channels"], window["height"], window["width"])
    return derivative(lambda x: F.avg_pool2d(x, window["kernel"], window["stride"], window["padding"]), x, g)


def squared_distances(x, y):
    return (x[:, None] - y[None]).pow(2).sum(2)


def log_potential(x, t, y=None):
    squared = squared_distances(x, x if y is None else y)
    pairs = squared.flatten() if y is not None else squared[tuple(torch.triu_indices(*squared.shape, 1))]
    return torch.logsumexp(pairs * -t, 0)


def potential_gradient(x, total, t, y=None):
    """Where total is the logarithm of the potential this is its gradient; total is its own input, so it is said of exp."""
    return derivative(lambda x: torch.exp(log_potential(x, t, y) - total), x, torch.tensor(1.0))


def gru(gates, start, weight, bias, batchSizes, reverse):
    """PyTorch's own GRU with the identity for its inputs' weights; from the end: its second direction."""
    size = weight.shape[0]
    one = [torch.eye(size), weight, torch.zeros(size), bias]
    # data, sizes, start, weights, has biases, layers, dropout, training, bidirectional
    hx = torch.stack([start] * (1 + reverse))
    y, _ = torch._VF.gru(gates, torch.tensor(batchSizes), hx, one * (1 + reverse), True, 1, 0.0, True, reverse)
    return y[:, weight.shape[1] :] if reverse else y


def cross_entropy(logits, target):
    return F.cross_entropy(logits, torch.tensor(target) if isinstance(target, list) else target)


# The losses as the paper and its code write them.


def align_loss(x, y, alpha=2, checkNorm=True):
    return (x - y).norm(p=2, dim=1).pow(alpha).mean()


def uniform_loss(x, t=2, checkNorm=True):
    return torch.pdist(x, p=2).pow(2).mul(-t).exp().mean().log()


def align_uniform_loss(x, y, alignWeight=1, uniformWeight=1, alpha=2, t=2, checkNorm=True):
    align = align_loss(x, y, alpha)
    uniform = (uniform_loss(x, t) + uniform_loss(y, t)) / 2
    return [alignWeight * align + uniformWeight * uniform, align, uniform]


def contrastive_loss(x, y, tau=0.5, checkNorm=True):
    labels = torch.arange(x.shape[0])
    logits = x @ y.t() / tau
    return (F.cross_entropy(logits, labels) + F.cross_entropy(logits.t(), labels)) / 2


def queue_uniform_loss(q, queue, t=3, intraBatch=True, checkNorm=True):
    squared = squared_distances(q, queue).flatten()
    if intraBatch:
        squared = torch.cat([squared, torch.pdist(q, p=2).pow(2)])
    return squared.mul(-t).exp().mean().log()


def queue_uniform_loss_released(q, queue, t=3, intraBatch=True, checkNorm=True):
    """As in the authors' ImageNet code: |a - b|^2 = 2 - 2 a.b, the same after a normalisation only."""
    squared = (2 - 2 * (q @ queue.t())).flatten()
    if intraBatch:
        squared = torch.cat([squared, torch.pdist(q, p=2).pow(2)])
    return squared.mul(-t).exp().mean().log()


def queue_contrastive_loss(q, k, queue, tau=0.07, checkNorm=True):
    """As in MoCo's released code."""
    positive = torch.einsum("nc,nc->n", q, k).unsqueeze(-1)
    negatives = torch.einsum("nc,kc->nk", q, queue)
    logits = torch.cat([positive, negatives], dim=1) / tau
    return F.cross_entropy(logits, torch.zeros(q.shape[0], dtype=torch.long))


MEANING = {
    "add": lambda a, b: a + b,
    "addRelu": lambda a, b: F.relu(a + b),
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": torch.pow,
    "maximum": lambda a, b: torch.maximum(as_tensor(a), as_tensor(b)),
    "minimum": lambda a, b: torch.minimum(as_tensor(a), as_tensor(b)),
    "greater": lambda a, b: mask(as_tensor(a) > as_tensor(b)),
    "equal": lambda a, b: mask(as_tensor(a) == as_tensor(b)),
    "sign": lambda x: x.detach().sign(),
    "neg": torch.neg,
    "exp": torch.exp,
    "log": torch.log,
    "sqrt": torch.sqrt,
    "abs": torch.abs,
    "square": torch.square,
    "relu": F.relu,
    "gelu": F.gelu,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "erf": torch.erf,
    "keepWhere": lambda c, a: torch.where(c.detach() != 0, as_tensor(a), torch.tensor(0.0)),
    "where": lambda c, a, b: torch.where(c.detach() != 0, as_tensor(a), as_tensor(b)),
    "clamp": lambda x, min=None, max=None: torch.clamp(x, min, max),
    "sum": lambda x, dim=None, keepdim=False: torch.sum(x, dims_of(x, dim), keepdim),
    "mean": lambda x, dim=None, keepdim=False: torch.mean(x, dims_of(x, dim), keepdim),
    "variance": lambda x, dim=None, keepdim=False, correction=1: torch.var(
        x, dims_of(x, dim), correction=correction, keepdim=keepdim
    ),
    "max": extreme("max"),
    "min": extreme("min"),
    "argmax": lambda x, dim=-1: x.detach().argmax(dim).double().reshape(-1),
    "logSumExp": lambda x, dim=None, keepdim=False: torch.logsumexp(x, dims_of(x, dim), keepdim),
    "norm": lambda x, p=2, dim=None, keepdim=False: torch.norm(x, p, dims_of(x, dim), keepdim),
    "softmax": lambda x, dim: torch.softmax(x, dim),
    "logSoftmax": lambda x, dim: torch.log_softmax(x, dim),
    "reshape": lambda x, shape: x.reshape(shape),
    "flatten": lambda x, startDim=0: x.flatten(startDim),
    "squeeze": lambda x, *dim: x.squeeze(*dim),
    "unsqueeze": lambda x, dim: x.unsqueeze(dim),
    "permute": lambda x, dims: x.permute(dims),
    "transpose": lambda x, d0=-2, d1=-1: x.transpose(d0, d1),
    "expand": lambda x, shape: x.expand(shape),
    "sumTo": lambda x, shape: x.sum_to_size(shape),
    "slice": slice_,
    "chunk": lambda x, n, dim=0: list(x.chunk(n, dim)),
    "concat": lambda xs, dim=0: torch.cat(xs, dim),
    "stack": lambda xs, dim=0: torch.stack(xs, dim),
    "pad": pad,
    "copyView": copy_view,
    "placeView": place_view,
    "take": lambda x, indices, dim=0: x.index_select(dim, torch.tensor(indices, dtype=torch.long)),
    "scatterAdd": scatter_add,
    "oneHot": lambda labels, classes, device: F.one_hot(torch.tensor(labels), classes).double(),
    "matmul": torch.matmul,
    "gemm": gemm,
    "conv2d": conv2d,
    "convTranspose2d": conv_transpose2d,
    "convolve": lambda x, w, stride=1, padding=0, dilation=1: F.conv2d(x, w, None, stride, padding, dilation),
    "convolveInput": convolve_input,
    "convolveWeight": convolve_weight,
    "unfold": lambda x, kernel, stride=1, padding=0, dilation=1: F.unfold(x, kernel, dilation, padding, stride),
    "fold": lambda x, size, kernel, stride=1, padding=0, dilation=1: F.fold(x, size, kernel, dilation, padding, stride),
    "maxPool2d": lambda x, k, stride=None, padding=0: F.max_pool2d(x, k, stride, padding),
    "avgPool2d": lambda x, k, stride=None, padding=0: F.avg_pool2d(x, k, stride, padding),
    "pick": lambda x, places, window: x.flatten(2).gather(2, places.detach().long().flatten(2)).reshape(places.shape),
    "unpick": unpick,
    "avgSpread": avg_spread,
    "normalize": lambda x, dim=1, eps=1e-12: F.normalize(x, 2.0, dim, eps),
    "layerNorm": lambda x, shape, weight=None, bias=None, eps=1e-5: F.layer_norm(x, shape, weight, bias, eps),
    "batchNorm": batch_norm,
    "channelMoments": channel_moments,
    "batchNormalize": batch_normalize,
    "batchNormalizeInput": batch_normalize_input,
    "batchNormalizeTotals": batch_normalize_totals,
    "normalizeBy": normalize_by,
    "pdist": torch.pdist,
    "cdist": lambda x, y: torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist"),
    "squaredDistances": squared_distances,
    "logPotential": log_potential,
    "potentialGradient": potential_gradient,
    "dropout": lambda x, p, g: F.dropout(x, p),
    "crossEntropy": cross_entropy,
    "gru": gru,
    "alignLoss": align_loss,
    "uniformLoss": uniform_loss,
    "uniformLossAsPrinted": uniform_loss,
    "alignUniformLoss": align_uniform_loss,
    "contrastiveLoss": contrastive_loss,
    "queueUniformLoss": queue_uniform_loss,
    "queueContrastiveLoss": queue_contrastive_loss,
}
