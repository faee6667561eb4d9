import { erf4, exp4, log4, sigmoid4, tanh4, withSignOf } from "./transcendental";

/** y[i] = f(x[i]), n floats: `F.of` is f of four at once, and of one by itself at the end. */
function map<F>(y: usize, x: usize, n: i32): void {
  const f = changetype<F>(0); // has no fields: a name for its method
  const end: usize = n << 2;
  let at: usize = 0;
  for (; at + 16 <= end; at += 16) v128.store(y + at, f.of(v128.load(x + at)));
  for (; at < end; at += 4) v128.store_lane<f32>(y + at, f.of(v128.load_splat<f32>(x + at)), 0);
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
}

class Log {
  of(x: v128): v128 {
    return log4(x);
  }
}

class Sigmoid {
  of(x: v128): v128 {
    return sigmoid4(x);
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

export function neg(y: usize, x: usize, n: i32): void {
  map<Neg>(y, x, n);
}

export function abs(y: usize, x: usize, n: i32): void {
  map<Abs>(y, x, n);
}

export function sign(y: usize, x: usize, n: i32): void {
  map<Sign>(y, x, n);
}

export function square(y: usize, x: usize, n: i32): void {
  map<Square>(y, x, n);
}

export function sqrt(y: usize, x: usize, n: i32): void {
  map<Sqrt>(y, x, n);
}

export function relu(y: usize, x: usize, n: i32): void {
  map<Relu>(y, x, n);
}

export function exp(y: usize, x: usize, n: i32): void {
  map<Exp>(y, x, n);
}

export function log(y: usize, x: usize, n: i32): void {
  map<Log>(y, x, n);
}

export function sigmoid(y: usize, x: usize, n: i32): void {
  map<Sigmoid>(y, x, n);
}

export function tanh(y: usize, x: usize, n: i32): void {
  map<Tanh>(y, x, n);
}

export function erf(y: usize, x: usize, n: i32): void {
  map<Erf>(y, x, n);
}
