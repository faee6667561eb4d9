import { pow4 } from "./power";

/**
 * y[i] = f(a[view of i], b[view of i]) for the elements from .. to of y, in order, over the dimensions at `dims`, outermost
 * first, each a size and the strides of a and b in elements. `F.of` is f of four at once.
 */
function zip<F>(y: usize, a: usize, b: usize, dims: usize, rank: i32, from: i32, to: i32): void {
  if (rank === 1) {
    row<F>(y, a, b, dims, from, to);
    return;
  }
  const aStep = load<i32>(dims, 4) << 2;
  const bStep = load<i32>(dims, 8) << 2;
  const inner = dims + 12;
  let each = 1; // elements inside one step of the outermost dimension
  for (let d = 0; d < rank - 1; d++) each *= load<i32>(inner + 12 * d);
  const i = from / each;
  y += (i * each) << 2;
  a += i * aStep;
  b += i * bStep;
  for (let first = i * each; first < to; first += each) {
    const start = max(from - first, 0);
    const stop = min(to - first, each);
    if (rank === 2) row<F>(y, a, b, inner, start, stop);
    else zip<F>(y, a, b, inner, rank - 1, start, stop);
    y += each << 2;
    a += aStep;
    b += bStep;
  }
}

/** The innermost dimension: two vectors, or a vector and one number, or, element by element, any strides. */
function row<F>(y: usize, a: usize, b: usize, dims: usize, from: i32, to: i32): void {
  const f = changetype<F>(0); // has no fields: a name for its method
  const aStep = load<i32>(dims, 4) << 2;
  const bStep = load<i32>(dims, 8) << 2;
  const end = y + (to << 2);
  y += from << 2;
  a += from * aStep;
  b += from * bStep;
  if (aStep === 4 && bStep === 4) {
    for (; y + 16 <= end; y += 16, a += 16, b += 16) v128.store(y, f.of(v128.load(a), v128.load(b)));
  } else if (aStep === 4 && bStep === 0) {
    const one = v128.load_splat<f32>(b);
    for (; y + 16 <= end; y += 16, a += 16) v128.store(y, f.of(v128.load(a), one));
  } else if (aStep === 0 && bStep === 4) {
    const one = v128.load_splat<f32>(a);
    for (; y + 16 <= end; y += 16, b += 16) v128.store(y, f.of(one, v128.load(b)));
  }
  for (; y < end; y += 4, a += aStep, b += bStep) {
    v128.store_lane<f32>(y, f.of(v128.load_splat<f32>(a), v128.load_splat<f32>(b)), 0);
  }
}

class Add {
  of(a: v128, b: v128): v128 {
    return f32x4.add(a, b);
  }
}

class AddRelu {
  of(a: v128, b: v128): v128 {
    return f32x4.max(f32x4.add(a, b), f32x4.splat(0));
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

export function add(y: usize, a: usize, b: usize, dims: usize, rank: i32, from: i32, to: i32): void {
  zip<Add>(y, a, b, dims, rank, from, to);
}

export function addRelu(y: usize, a: usize, b: usize, dims: usize, rank: i32, from: i32, to: i32): void {
  zip<AddRelu>(y, a, b, dims, rank, from, to);
}

export function sub(y: usize, a: usize, b: usize, dims: usize, rank: i32, from: i32, to: i32): void {
  zip<Sub>(y, a, b, dims, rank, from, to);
}

export function mul(y: usize, a: usize, b: usize, dims: usize, rank: i32, from: i32, to: i32): void {
  zip<Mul>(y, a, b, dims, rank, from, to);
}

export function div(y: usize, a: usize, b: usize, dims: usize, rank: i32, from: i32, to: i32): void {
  zip<Div>(y, a, b, dims, rank, from, to);
}

export function pow(y: usize, a: usize, b: usize, dims: usize, rank: i32, from: i32, to: i32): void {
  zip<Pow>(y, a, b, dims, rank, from, to);
}

export function maximum(y: usize, a: usize, b: usize, dims: usize, rank: i32, from: i32, to: i32): void {
  zip<Maximum>(y, a, b, dims, rank, from, to);
}

export function minimum(y: usize, a: usize, b: usize, dims: usize, rank: i32, from: i32, to: i32): void {
  zip<Minimum>(y, a, b, dims, rank, from, to);
}

export function greater(y: usize, a: usize, b: usize, dims: usize, rank: i32, from: i32, to: i32): void {
  zip<Greater>(y, a, b, dims, rank, from, to);
}

export function equal(y: usize, a: usize, b: usize, dims: usize, rank: i32, from: i32, to: i32): void {
  zip<Equal>(y, a, b, dims, rank, from, to);
}

export function keepWhere(y: usize, a: usize, b: usize, dims: usize, rank: i32, from: i32, to: i32): void {
  zip<KeepWhere>(y, a, b, dims, rank, from, to);
}
