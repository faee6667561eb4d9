import {
  erf4,
  exp4,
  farExp,
  farLog,
  log4,
  plainExp,
  plainLog,
  plainSigmoid,
  sigmoid4,
  tanh4,
  withSignOf,
} from "./transcendental";

/** y[i] = f(x[i]) for i in from .. to: `F.of` is f of four at once, and of one by itself at the end. */
function map<F>(y: usize, x: usize, from: i32, to: i32): void {
  const f = changetype<F>(0); // has no fields: a name for its method
  const end: usize = to << 2;
  let at: usize = from << 2;
  for (; at + 16 <= end; at += 16) v128.store(y + at, f.of(v128.load(x + at)));
  for (; at < end; at += 4) v128.store_lane<f32>(y + at, f.of(v128.load_splat<f32>(x + at)), 0);
}

/** Numbers that are computed in the plain form before a look whether that will do for them all. */
const stretch: i32 = 512;

/** The same for a function with a plain form, which holds where `F.far`, read without sign, is nowhere above `F.most`. */
function mapMostly<F>(y: usize, x: usize, from: i32, to: i32): void {
  const f = changetype<F>(0);
  for (let i = from; i < to; i += stretch) {
    const stop = min(i + stretch, to);
    const end: usize = stop << 2;
    let at: usize = i << 2;
    let far = i32x4.splat(0);
    for (; at + 16 <= end; at += 16) {
      const v = v128.load(x + at);
      far = i32x4.max_u(far, f.far(v));
      v128.store(y + at, f.plain(v));
    }
    for (; at < end; at += 4) {
      const v = v128.load_splat<f32>(x + at);
      far = i32x4.max_u(far, f.far(v));
      v128.store_lane<f32>(y + at, f.plain(v), 0);
    }
    if (v128.any_true(i32x4.gt_u(far, f.most()))) map<F>(y, x, i, stop);
  }
}

class Neg {
  of(x: v128): v128 {
    return f32x4.neg(x);
  }
}

class Abs {
  of(x: v128): v128 {
    return f32x4.abs(x);
  }
}

class Sign {
  of(x: v128): v128 {
    const one = withSignOf(x, f32x4.splat(1));
    return v128.bitselect(one, x, f32x4.gt(f32x4.abs(x), f32x4.splat(0))); // zeros and NaN are their own sign
  }
}

class Square {
  of(x: v128): v128 {
    return f32x4.mul(x, x);
  }
}

class Sqrt {
  of(x: v128): v128 {
    return f32x4.sqrt(x);
  }
}

class Relu {
  of(x: v128): v128 {
    return f32x4.max(x, f32x4.splat(0));
  }
}

class Exp {
  of(x: v128): v128 {
    return exp4(x);
  }

  plain(x: v128): v128 {
    return plainExp(x);
  }

  far(x: v128): v128 {
    return farExp(x);
  }

  most(): v128 {
    return i32x4.splat(reinterpret<i32>(<f32>87) << 1);
  }
}

class Log {
  of(x: v128): v128 {
    return log4(x);
  }

  plain(x: v128): v128 {
    return plainLog(x);
  }

  far(x: v128): v128 {
    return farLog(x);
  }

  most(): v128 {
    return i32x4.splat(0x7effffff);
  }
}

class Sigmoid {
  of(x: v128): v128 {
    return sigmoid4(x);
  }

  plain(x: v128): v128 {
    return plainSigmoid(x);
  }

  far(x: v128): v128 {
    return farExp(x);
  }

  most(): v128 {
    return i32x4.splat(reinterpret<i32>(<f32>87) << 1);
  }
}

class Tanh {
  of(x: v128): v128 {
    return tanh4(x);
  }
}

class Erf {
  of(x: v128): v128 {
    return erf4(x);
  }
}

export function neg(y: usize, x: usize, from: i32, to: i32): void {
  map<Neg>(y, x, from, to);
}

export function abs(y: usize, x: usize, from: i32, to: i32): void {
  map<Abs>(y, x, from, to);
}

export function sign(y: usize, x: usize, from: i32, to: i32): void {
  map<Sign>(y, x, from, to);
}

export function square(y: usize, x: usize, from: i32, to: i32): void {
  map<Square>(y, x, from, to);
}

export function sqrt(y: usize, x: usize, from: i32, to: i32): void {
  map<Sqrt>(y, x, from, to);
}

export function relu(y: usize, x: usize, from: i32, to: i32): void {
  map<Relu>(y, x, from, to);
}

export function exp(y: usize, x: usize, from: i32, to: i32): void {
  mapMostly<Exp>(y, x, from, to);
}

export function log(y: usize, x: usize, from: i32, to: i32): void {
  mapMostly<Log>(y, x, from, to);
}

export function sigmoid(y: usize, x: usize, from: i32, to: i32): void {
  mapMostly<Sigmoid>(y, x, from, to);
}

export function tanh(y: usize, x: usize, from: i32, to: i32): void {
  map<Tanh>(y, x, from, to);
}

export function erf(y: usize, x: usize, from: i32, to: i32): void {
  map<Erf>(y, x, from, to);
}
