import { pow4 } from "./power";

/**
 * y[i] = f(a[view of i], b[view of i]) over the dimensions at `dims`, outermost first, each a size and the strides of a
 * and b in elements. `F.of` is f of four at once. Returns where y ends.
 */
function zip<F>(y: usize, a: usize, b: usize, dims: usize, rank: i32): usize {
  const n = load<i32>(dims);
  const aStep = load<i32>(dims, 4);
  const bStep = load<i32>(dims, 8);
  if (rank === 1) return row<F>(y, a, aStep, b, bStep, n);
  for (let i = 0; i < n; i++) {
    y = zip<F>(y, a + ((i * aStep) << 2), b + ((i * bStep) << 2), dims + 12, rank - 1);
  }
  return y;
}

/** The innermost dimension: two vectors, or a vector and one number, or, element by element, any strides. */
function row<F>(y: usize, a: usize, aStep: i32, b: usize, bStep: i32, n: i32): usize {
  const f = changetype<F>(0); // has no fields: a name for its method
  const end = y + (n << 2);
  if (aStep === 1 && bStep === 1) {
    for (; y + 16 <= end; y += 16, a += 16, b += 16) v128.store(y, f.of(v128.load(a), v128.load(b)));
  } else if (aStep === 1 && bStep === 0) {
    const one = v128.load_splat<f32>(b);
    for (; y + 16 <= end; y += 16, a += 16) v128.store(y, f.of(v128.load(a), one));
  } else if (aStep === 0 && bStep === 1) {
    const one = v128.load_splat<f32>(a);
    for (; y + 16 <= end; y += 16, b += 16) v128.store(y, f.of(one, v128.load(b)));
  }
  for (; y < end; y += 4, a += aStep << 2, b += bStep << 2) {
    v128.store_lane<f32>(y, f.of(v128.load_splat<f32>(a), v128.load_splat<f32>(b)), 0);
  }
  return end;
}

class Add {
  of(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

class Sub {
  of(a: v128, b: v128): v128 {
    return f32x4.sub(a, b);
  }
}

class Mul {
  of(a: v128, b: v128): v128 {
    return f32x4.mul(a, b);
  }
}

class Div {
  of(a: v128, b: v128): v128 {
    return f32x4.div(a, b);
  }
}

class Pow {
  of(a: v128, b: v128): v128 {
    return pow4(a, b);
  }
}

class Maximum {
  of(a: v128, b: v128): v128 {
    return f32x4.max(a, b);
  }
}

class Minimum {
  of(a: v128, b: v128): v128 {
    return f32x4.min(a, b);
  }
}

class Greater {
  of(a: v128, b: v128): v128 {
    return v128.and(f32x4.gt(a, b), f32x4.splat(1));
  }
}

class Equal {
  of(a: v128, b: v128): v128 {
    return v128.and(f32x4.eq(a, b), f32x4.splat(1));
  }
}

class KeepWhere {
  of(c: v128, a: v128): v128 {
    return v128.and(f32x4.ne(c, f32x4.splat(0)), a);
  }
}

export function add(y: usize, a: usize, b: usize, dims: usize, rank: i32): void {
  zip<Add>(y, a, b, dims, rank);
}

export function sub(y: usize, a: usize, b: usize, dims: usize, rank: i32): void {
  zip<Sub>(y, a, b, dims, rank);
}

export function mul(y: usize, a: usize, b: usize, dims: usize, rank: i32): void {
  zip<Mul>(y, a, b, dims, rank);
}

export function div(y: usize, a: usize, b: usize, dims: usize, rank: i32): void {
  zip<Div>(y, a, b, dims, rank);
}

export function pow(y: usize, a: usize, b: usize, dims: usize, rank: i32): void {
  zip<Pow>(y, a, b, dims, rank);
}

export function maximum(y: usize, a: usize, b: usize, dims: usize, rank: i32): void {
  zip<Maximum>(y, a, b, dims, rank);
}

export function minimum(y: usize, a: usize, b: usize, dims: usize, rank: i32): void {
  zip<Minimum>(y, a, b, dims, rank);
}

export function greater(y: usize, a: usize, b: usize, dims: usize, rank: i32): void {
  zip<Greater>(y, a, b, dims, rank);
}

export function equal(y: usize, a: usize, b: usize, dims: usize, rank: i32): void {
  zip<Equal>(y, a, b, dims, rank);
}

export function keepWhere(y: usize, a: usize, b: usize, dims: usize, rank: i32): void {
  zip<KeepWhere>(y, a, b, dims, rank);
}
