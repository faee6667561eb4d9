"""Two hundred random compositions of ops, seeded. Points near a kink, huge values and ill-conditioned ones are refused."""

import random

import torch

from case import evaluate, finish, gradients, signed

COUNT = 200
SECOND_ORDER = 10
# How far a value must be from a kink (0 for relu, the other side for maximum): far above every rounding error.
MARGIN = 1e-3
LARGEST = 1e3


class Refused(Exception):
    pass


def require(condition):
    if not bool(condition):
        raise Refused


def apart(a, b):
    require(((a - b).abs() > MARGIN).all())


def cases():
    made = []
    seed = 0
    while len(made) < COUNT:
        seed += 1
        case = attempt(seed, len(made))
        if case is not None:
            case["name"] = f"program {len(made) + 1} (seed {seed}): " + ", ".join(name for name, _ in case["steps"])
            made.append(case)
    return made


def attempt(seed, index):
    """Program `index`: 1, 2 or 3 inputs in turn, the first few smooth and of second order; None if it is refused."""
    rng = random.Random(seed)
    second = index < SECOND_ORDER
    try:
        program = Program(rng, inputs=1 + index % 3, smooth=second)
        for _ in range(rng.randint(3, 8)):
            program.grow()
        require(3 <= len(program.steps) <= 8)
        # Two programs of three join at least two inputs, if they have them; the others may leave some unused.
        return program.finish(seed, second, reached=1 if index % 9 >= 6 else 1 + min(1, index % 3))
    except Refused:
        return None


class Program:
    def __init__(self, rng, inputs, smooth):
        self.rng = rng
        self.smooth = smooth
        self.steps = []
        first = self.shape()
        shapes = [first, *(self.fitting(first) for _ in range(inputs - 1))]
        self.inputs = [self.draw(shape) for shape in shapes]
        self.values = list(self.inputs)

    def draw(self, shape):
        count = int(torch.tensor(shape).prod()) if shape else 1
        return torch.tensor([round(self.rng.uniform(-2, 2), 3) for _ in range(count)]).reshape(shape)

    def shape(self):
        if self.rng.random() < 0.15:
            return [self.rng.randint(1, 2), self.rng.randint(1, 2), self.rng.randint(3, 4), self.rng.randint(3, 4)]
        return [self.rng.randint(1, 4) for _ in range(self.rng.choice((1, 2, 2, 2, 3)))]

    def fitting(self, shape):
        """Mostly a shape that broadcasts or multiplies with another, now and then any."""
        kind = self.rng.random()
        if kind < 0.6:
            return [n if self.rng.random() < 0.7 else 1 for n in shape[self.rng.randint(0, 1) :]]
        if kind < 0.8:
            return [shape[-1], self.rng.randint(1, 4)]
        return self.shape()

    def pick(self):
        """A value, most often the newest."""
        last = len(self.values) - 1
        return last if self.rng.random() < 0.6 else self.rng.randint(0, last)

    def partner(self, i):
        """A value that broadcasts with value i: another one, if there is one."""
        fitting = [j for j in range(len(self.values)) if j != i and self.broadcasts(i, j)]
        return self.rng.choice(fitting or [i])

    def broadcasts(self, i, j):
        try:
            torch.broadcast_shapes(self.values[i].shape, self.values[j].shape)
            return True
        except RuntimeError:
            return False

    def grow(self):
        """Adds one random step, or the few that a composite idea needs; tries again where one does not apply."""
        for _ in range(40):
            kinds = SMOOTH_KINDS if self.smooth else KINDS
            before = len(self.values), len(self.steps)
            try:
                self.rng.choice(kinds)(self)
                return
            except Refused:
                del self.values[before[0] :], self.steps[before[1] :]
        raise Refused

    def step(self, name, *args):
        step = [name, list(args)]
        made = evaluate([step], self.values)[-1]
        require(torch.isfinite(made).all() and made.numel() > 0 and made.numel() <= 64)
        require(made.abs().max() < LARGEST)
        self.steps.append(step)
        self.values.append(made)

    def finish(self, seed, second, reached):
        y = self.result(self.inputs)
        grads = y[1]
        require(sum(g is not None for g in grads) >= reached)
        for g in grads:
            require(g is None or (torch.isfinite(g).all() and g.abs().max() < LARGEST))
        require(any(g is not None and g.abs().max() > 1e-3 for g in grads))
        # Well conditioned: moving the inputs by 1e-7 moves value and gradients by no more than 1e-4 of their size.
        moved = self.result([x + 1e-7 * signed(f"move {seed} {i}", list(x.shape)) for i, x in enumerate(self.inputs)])
        for a, b in zip([y[0], *grads], [moved[0], *moved[1]]):
            require(a is None or (a - b).abs().max() <= 1e-4 * a.abs().max())
        case = finish(f"program {seed}", self.steps, self.inputs, second=second)
        if second:
            require(any(g is not None and max(map(abs, g)) > 1e-3 for g in case["penaltyGrads"]))
        return case

    def result(self, inputs):
        leaves = [x.clone().requires_grad_() for x in inputs]
        y = evaluate(self.steps, leaves)[-1]
        return y, gradients(y, leaves, signed(f"cotangent program {len(self.steps)}", list(y.shape)))


def ref(i):
    return {"$": i}


def unary(name):
    def kind(p):
        i = p.pick()
        if name in ("log", "sqrt"):
            require(p.values[i].min() > 0.1)
        if name in ("relu", "abs"):
            apart(p.values[i], torch.tensor(0.0))
        if name == "exp":
            require(p.values[i].max() < 5)
        p.step(name, ref(i))

    return kind


def binary(name):
    def kind(p):
        i = p.pick()
        if p.rng.random() < 0.3:
            number = round(p.rng.uniform(0.5, 2), 2)
            other, args = torch.tensor(number), p.rng.choice(([ref(i), number], [number, ref(i)]))
        else:
            j = p.partner(i)
            other, args = p.values[j], [ref(i), ref(j)]
        if name in ("maximum", "minimum"):
            apart(p.values[i], other)
        if name == "div":
            require(args[1] == ref(i) and p.values[i].abs().min() > 0.2 or other.abs().min() > 0.2)
        p.step(name, *args)

    return kind


def power(p):
    i = p.pick()
    exponent = p.rng.choice((2, 3, 0.5, -1, 1.5))
    require(exponent in (2, 3) or p.values[i].min() > 0.2)
    p.step("pow", ref(i), exponent)


def choice(p):
    i = p.pick()
    j = p.partner(i)
    apart(p.values[i], p.values[j])
    p.step("greater", ref(i), ref(j))
    p.step("where", ref(len(p.values) - 1), ref(i), ref(j))


def clamped(p):
    i = p.pick()
    low, high = round(p.rng.uniform(-2, 0), 2), round(p.rng.uniform(0.1, 2), 2)
    apart(p.values[i], torch.tensor(low))
    apart(p.values[i], torch.tensor(high))
    p.step("clamp", ref(i), p.rng.choice(({"min": low}, {"max": high}, {"min": low, "max": high})))


def some_dims(p, i):
    rank = p.values[i].dim()
    require(rank > 0)
    one = p.rng.randint(-rank, rank - 1)
    several = [d for d in range(rank) if p.rng.random() < 0.5] or [0]
    options = p.rng.choice(({}, {"dim": one}, {"dim": several}))
    return {**options, **p.rng.choice(({}, {"keepdim": True}))}


def reduction(name):
    def kind(p):
        i = p.pick()
        x = p.values[i]
        options = some_dims(p, i)
        dims = options.get("dim", list(range(x.dim())))
        dims = [dims] if isinstance(dims, int) else dims
        count = 1
        for d in dims:
            count *= x.shape[d]
        if name == "variance":
            require(count > 1)
        if name in ("max", "min"):
            kept = [d for d in range(x.dim()) if d not in [e % x.dim() for e in dims]]
            rows = x.permute(*kept, *[e % x.dim() for e in dims]).reshape(-1, count).sort(1).values
            apart(rows[:, 1:], rows[:, :-1])
        if name == "norm":
            options = {**options, "p": p.rng.choice((2, 2, 3, 1.5))}
            require(x.abs().min() > 0.05)
        p.step(name, ref(i), options)

    return kind


def along(name):
    def kind(p):
        i = p.pick()
        rank = p.values[i].dim()
        require(rank > 0)
        p.step(name, ref(i), {"dim": p.rng.randint(-rank, rank - 1)})

    return kind


def normalized(p):
    i = p.pick()
    rank = p.values[i].dim()
    require(rank > 0)
    dim = p.rng.randint(0, rank - 1)
    require(p.values[i].shape[dim] > 1 and p.values[i].norm(dim=dim).min() > 0.1)
    p.step("normalize", ref(i), {"dim": dim})


def shaped(p):
    i = p.pick()
    x, rng = p.values[i], p.rng
    rank = x.dim()
    kind = rng.randint(0, 6)
    if kind == 0:
        p.step("reshape", ref(i), rng.choice(([-1], [1, -1], [-1, 1])))
    elif kind == 1:
        p.step("unsqueeze", ref(i), rng.randint(-rank - 1, rank))
    elif kind == 2:
        require(rank >= 2)
        p.step("transpose", ref(i), *rng.sample(range(rank), 2))
    elif kind == 3:
        require(rank >= 2)
        p.step("permute", ref(i), rng.sample(range(rank), rank))
    elif kind == 4:
        p.step("expand", ref(i), [rng.randint(1, 3), *x.shape])
    elif kind == 5:
        p.step("squeeze", ref(i))
    else:
        p.step("flatten", ref(i), rng.randint(0, max(0, rank - 1)))


def cut(p):
    i = p.pick()
    x, rng = p.values[i], p.rng
    require(x.dim() > 0)
    dim = rng.randint(-x.dim(), x.dim() - 1)
    n = x.shape[dim]
    if rng.random() < 0.5:
        p.step("slice", ref(i), {"dim": dim, "start": rng.randint(-n, n - 1), "step": rng.randint(1, 2)})
    else:
        p.step("take", ref(i), [rng.randint(0, n - 1) for _ in range(rng.randint(1, 5))], {"dim": dim})


def joined(p):
    i = p.pick()
    same = [j for j in range(len(p.values)) if p.values[j].shape == p.values[i].shape]
    require(p.values[i].dim() > 0)
    parts = [ref(i), *(ref(p.rng.choice(same)) for _ in range(p.rng.randint(1, 2)))]
    p.step(p.rng.choice(("concat", "stack")), parts, {"dim": p.rng.randint(-p.values[i].dim(), 0)})


def padded(p):
    i = p.pick()
    widths = [[p.rng.randint(0, 1), p.rng.randint(0, 1)] for _ in range(p.values[i].dim())]
    require(widths)
    p.step("pad", ref(i), widths, round(p.rng.uniform(-1, 1), 2))


def product(p):
    i = p.pick()
    x = p.values[i]
    require(x.dim() >= 1)
    partners = [
        j
        for j, y in enumerate(p.values)
        if 1 <= y.dim() <= 2 and x.shape[-1] == y.shape[-2 if y.dim() == 2 else 0]
    ]
    if partners and p.rng.random() < 0.7:
        p.step("matmul", ref(i), ref(p.rng.choice(partners)))
    else:
        require(x.dim() >= 2)
        p.step("gemm", ref(i), ref(i), {"transposeB": True})


def points(name):
    def kind(p):
        i = p.pick()
        x = p.values[i]
        require(x.dim() == 2 and x.shape[0] > 1)
        if name == "pdist":
            require(torch.pdist(x).min() > 0.05)
            return p.step("pdist", ref(i))
        partners = [j for j, y in enumerate(p.values) if y.dim() == 2 and y.shape[1] == x.shape[1]]
        j = p.rng.choice(partners)
        require(name != "cdist" or torch.cdist(x, p.values[j]).min() > 0.05)
        return p.step(name, ref(i), ref(j))

    return kind


def standardised(p):
    i = p.pick()
    x = p.values[i]
    require(x.dim() >= 2)
    if p.rng.random() < 0.5:
        require(x.shape[-1] > 1 and x.var(-1, unbiased=False).min() > 0.05)
        p.step("layerNorm", ref(i), [x.shape[-1]], {})
    else:
        others = [d for d in range(x.dim()) if d != 1]
        require(x.numel() > x.shape[1] and x.var(others, unbiased=False).min() > 0.05)
        p.step("batchNorm", ref(i), {"training": True})


def imaged(p):
    images = [i for i, x in enumerate(p.values) if x.dim() == 4 and min(x.shape[2:]) >= 2]
    require(images)
    i = p.rng.choice(images)
    x = p.values[i]
    if p.rng.random() < 0.4 and not p.smooth:
        windows = torch.nn.functional.unfold(x, 2, stride=2).reshape(x.shape[0], x.shape[1], 4, -1).sort(2).values
        apart(windows[:, :, 1:], windows[:, :, :-1])
        p.step("maxPool2d", ref(i), 2)
    elif p.rng.random() < 0.4:
        p.step("avgPool2d", ref(i), 2, {"stride": 1})
    else:
        # A kernel cut out of a value: [1, c, h, w] -> [1, c, 2, 2]
        kernels = [j for j, k in enumerate(p.values) if k.dim() == 4 and k.shape[1] == x.shape[1] and min(k.shape[2:]) >= 2]
        j = p.rng.choice(kernels)
        p.step("slice", ref(j), {"dim": 2, "end": 2})
        p.step("slice", ref(len(p.values) - 1), {"dim": 3, "end": 2})
        p.step("conv2d", ref(i), ref(len(p.values) - 1), {"padding": p.rng.randint(0, 1), "stride": p.rng.randint(1, 2)})


def entropy(p):
    i = p.pick()
    x = p.values[i]
    require(x.dim() == 2 and x.shape[1] > 1)
    p.step("crossEntropy", ref(i), [p.rng.randint(0, x.shape[1] - 1) for _ in range(x.shape[0])])


SMOOTH_KINDS = [
    *(unary(name) for name in ("exp", "log", "sqrt", "square", "gelu", "sigmoid", "tanh", "erf", "neg")),
    *(binary(name) for name in ("add", "add", "sub", "mul", "mul", "div")),
    *(reduction(name) for name in ("sum", "mean", "variance", "logSumExp", "norm")),
    *(along(name) for name in ("softmax", "logSoftmax")),
    power, normalized, shaped, shaped, cut, joined, padded, product, product, points("squaredDistances"), standardised, standardised, standardised, entropy, imaged, imaged,
]
KINDS = [
    *SMOOTH_KINDS,
    *(unary(name) for name in ("relu", "abs")),
    *(binary(name) for name in ("maximum", "minimum")),
    *(reduction(name) for name in ("max", "min")),
    choice, clamped, points("pdist"), points("pdist"), points("cdist"), imaged, imaged,
]
