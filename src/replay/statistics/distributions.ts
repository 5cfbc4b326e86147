/**
 * Student's t and Fisher's F distribution, by the incomplete beta function (Abramowitz and Stegun 26.5.8, 26.6.2 and
 * 26.7.1), to some twelve digits.
 */

// Lanczos' approximation with g = 7 and nine terms: relative error below 1e-14 for positive arguments.
const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** Logarithm of the gamma function. @param x more than 0 */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  const z = x - 1;
  let sum = lanczos[0]!;
  for (let at = 1; at < lanczos.length; at++) sum += lanczos[at]! / (z + at);
  const t = z + 7.5;
  return 0.5 * Math.log(2 * Math.PI) + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

/** Steps that the continued fraction may take: it needs some square root of the greater parameter. */
const maxSteps = 20_000;

/**
 * Regularised incomplete beta function I_x(a, b).
 * @param x 0 to 1
 * @param y 1 - x, given as well since it would lose its digits where x is near 1
 */
function incompleteBeta(x: number, y: number, a: number, b: number): number {
  if (!(x > 0)) return 0;
  if (!(y > 0)) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(y, x, b, a);
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log(y) - Math.log(a),
  );
  // Lentz's method, as modified by Thompson and Barnett.
  const tiny = 1e-300;
  const away = (value: number) => (Math.abs(value) < tiny ? tiny : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m <= maxSteps; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-15) break;
  }
  return front * fraction;
}

/** More degrees of freedom than this make no difference that could be seen. */
const maxDegrees = 1e6;

/**
 * Probability that Student's t is above `t`: exact also where it is tiny.
 * @param degrees of freedom, more than 0; may be infinite
 */
export function tailOfT(t: number, degrees: number): number {
  if (Number.isNaN(t)) return Number.NaN;
  const df = Math.min(degrees, maxDegrees);
  const square = t * t;
  if (!Number.isFinite(square)) return t > 0 ? 0 : 1;
  const half = 0.5 * incompleteBeta(df / (df + square), square / (df + square), df / 2, 0.5);
  return t > 0 ? half : 1 - half;
}

/** The t that is exceeded with this probability. @param tail more than 0, less than 1 */
export function quantileOfT(tail: number, degrees: number): number {
  if (tail > 0.5) return -quantileOfT(1 - tail, degrees);
  let low = 0;
  let high = 1;
  while (tailOfT(high, degrees) > tail && high < 1e150) {
    low = high;
    high *= 2;
  }
  for (let round = 0; round < 200 && high - low > 1e-14 * high; round++) {
    const middle = (low + high) / 2;
    if (tailOfT(middle, degrees) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Probability that Fisher's F is above `f`. @param d1 @param d2 degrees of freedom, more than 0; may be infinite */
export function tailOfF(f: number, d1: number, d2: number): number {
  if (!(f > 0)) return 1;
  if (!Number.isFinite(f)) return 0;
  const [a, b] = [Math.min(d1, maxDegrees), Math.min(d2, maxDegrees)];
  return incompleteBeta(b / (b + a * f), (a * f) / (b + a * f), b / 2, a / 2);
}

/** Logarithmic derivative of the gamma function. @param x more than 0 */
export function digamma(x: number): number {
  let value = 0;
  let z = x;
  for (; z < 10; z++) value -= 1 / z;
  const square = 1 / (z * z);
  return (
    value +
    Math.log(z) -
    0.5 / z -
    square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
  );
}

/** Its derivative. @param x more than 0 */
export function trigamma(x: number): number {
  let value = 0;
  let z = x;
  for (; z < 10; z++) value += 1 / (z * z);
  const square = 1 / (z * z);
  return (
    value +
    1 / z +
    square / 2 +
    (square / z) * (1 / 6 - square * (1 / 30 - square * (1 / 42 - square * (1 / 30 - square * (5 / 66)))))
  );
}

/** The x whose trigamma is `value`. @param value more than 0 */
export function inverseTrigamma(value: number): number {
  let [low, high] = [1e-8, 1e8];
  for (let round = 0; round < 200 && high / low > 1 + 1e-12; round++) {
    const middle = Math.sqrt(low * high);
    if (trigamma(middle) > value) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
