//! Fitting and comparing: the same bytes on every machine, since all of it is f64 arithmetic in a fixed order.

/// The parameters with the least cost near `start`, by the simplex method of Nelder and Mead (1965) with its usual coefficients. It begins
/// anew around the best point a few times, because a simplex may collapse on the way.
pub fn minimise<const N: usize>(start: [f64; N], step: f64, cost: impl Fn(&[f64; N]) -> f64) -> [f64; N] {
    const ROUNDS: usize = 4;
    (0..ROUNDS).fold(start, |best, _| descend(best, step, &cost))
}

fn descend<const N: usize>(start: [f64; N], step: f64, cost: &impl Fn(&[f64; N]) -> f64) -> [f64; N] {
    const STEPS: usize = 200;
    let point = |p: [f64; N]| (cost(&p), p);
    let mut simplex: Vec<(f64, [f64; N])> = vec![point(start)];
    for axis in 0..N {
        let mut corner = start;
        corner[axis] += step;
        simplex.push(point(corner));
    }
    for _ in 0..STEPS * N {
        // Stable: equal costs stay in the order in which they came.
        simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (worst, others) = simplex.split_last().expect("a simplex has N + 1 corners");
        let centre: [f64; N] = std::array::from_fn(|i| others.iter().map(|(_, p)| p[i]).sum::<f64>() / N as f64);
        let along = |by: f64| point(std::array::from_fn(|i| mix(worst.1[i], centre[i], by)));
        let mirrored = along(2.0);
        let new = if mirrored.0 < simplex[0].0 {
            let further = along(3.0);
            if further.0 < mirrored.0 { Some(further) } else { Some(mirrored) }
        } else if mirrored.0 < simplex[N - 1].0 {
            Some(mirrored)
        } else {
            Some(along(if mirrored.0 < worst.0 { 1.5 } else { 0.5 })).filter(|inner| inner.0 < worst.0)
        };
        match new {
            Some(new) => simplex[N] = new,
            None => {
                let best = simplex[0].1;
                for corner in &mut simplex[1..] {
                    *corner = point(std::array::from_fn(|i| mix(corner.1[i], best[i], 0.5)));
                }
            }
        }
    }
    simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
    simplex[0].1
}

fn mix(from: f64, to: f64, by: f64) -> f64 {
    from + (to - from) * by
}

/// Where a function of one hill has its top, by golden sections (Kiefer 1953).
pub fn highest(from: f64, to: f64, height: impl Fn(f64) -> f64) -> f64 {
    const STEPS: usize = 60;
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let (mut from, mut to) = (from, to);
    let inner = |from: f64, to: f64| (to - GOLDEN * (to - from), from + GOLDEN * (to - from));
    for _ in 0..STEPS {
        let (left, right) = inner(from, to);
        if height(left) < height(right) { from = left } else { to = right }
    }
    0.5 * (from + to)
}

/// The coefficients with which the columns of `rows` come nearest to their values, by least squares. A column that says nothing gets zero.
pub fn linear<const N: usize>(rows: &[([f64; N], f64)]) -> [f64; N] {
    let mut a: [[f64; N]; N] = [[0.0; N]; N];
    let mut b = [0.0; N];
    for (x, y) in rows {
        for i in 0..N {
            b[i] += x[i] * y;
            for j in 0..N {
                a[i][j] += x[i] * x[j];
            }
        }
    }
    // The matrix is symmetric and not negative, so elimination needs no exchange of rows.
    for i in 0..N {
        if a[i][i] <= 1e-12 {
            continue;
        }
        for k in 0..N {
            if k == i {
                continue;
            }
            let by = a[k][i] / a[i][i];
            let pivot = a[i];
            a[k].iter_mut().zip(pivot).for_each(|(left, right)| *left -= by * right);
            b[k] -= by * b[i];
        }
    }
    std::array::from_fn(|i| if a[i][i] > 1e-12 { b[i] / a[i][i] } else { 0.0 })
}

/// Root of the mean squared difference.
pub fn rmse(a: &[f64], b: &[f64]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(x, y)| (x - y) * (x - y)).sum();
    libm::sqrt(sum / a.len() as f64)
}

/// Spearman's rank correlation; equal values share the mean of their ranks. Values closer than a thousandth count as equal, so that no
/// rounding decides an order.
pub fn spearman(a: &[f64], b: &[f64]) -> f64 {
    pearson(&ranks(a), &ranks(b))
}

/// Pearson's correlation; zero where one side does not vary.
pub fn pearson(a: &[f64], b: &[f64]) -> f64 {
    let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let dot = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(x, y)| f(x - ma, y - mb)).sum::<f64>();
    let (both, aa, bb) = (dot(&|x, y| x * y), dot(&|x, _| x * x), dot(&|_, y| y * y));
    if aa > 0.0 && bb > 0.0 { both / libm::sqrt(aa * bb) } else { 0.0 }
}

fn ranks(values: &[f64]) -> Vec<f64> {
    const EQUAL: f64 = 1e-3;
    let below = |v: f64| values.iter().filter(|&&w| w < v - EQUAL).count();
    let equal = |v: f64| values.iter().filter(|&&w| (w - v).abs() <= EQUAL).count();
    values.iter().map(|&v| below(v) as f64 + (equal(v) as f64 + 1.0) / 2.0).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_simplex_finds_the_lowest_point_of_a_bent_valley() {
        let rosenbrock = |p: &[f64; 2]| (1.0 - p[0]).powi(2) + 100.0 * (p[1] - p[0] * p[0]).powi(2);
        let found = minimise([-1.2, 1.0], 0.5, rosenbrock);
        assert!((found[0] - 1.0).abs() < 1e-6 && (found[1] - 1.0).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn the_top_of_a_hill_is_found() {
        assert!((highest(-3.0, 5.0, |x| -(x - 1.25) * (x - 1.25)) - 1.25).abs() < 1e-6);
        assert!((highest(-3.0, 5.0, |x| x) - 5.0).abs() < 1e-9);
    }

    #[test]
    fn a_line_through_points_is_found() {
        let rows: Vec<([f64; 3], f64)> = (0..5).map(f64::from).map(|x| ([1.0, x, 0.0], 3.0 - 2.0 * x)).collect();
        let [a, b, nothing] = linear(&rows);
        assert!((a - 3.0).abs() < 1e-9 && (b + 2.0).abs() < 1e-9 && nothing == 0.0);
    }

    #[test]
    fn correlations_are_those_of_the_textbook() {
        assert!((pearson(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]) - 1.0).abs() < 1e-12);
        assert_eq!(pearson(&[1.0, 1.0], &[1.0, 2.0]), 0.0);
        // Ranks 1, 2.5, 2.5, 4 beside 1, 3, 2, 4.
        assert!((spearman(&[1.0, 2.0, 2.0, 9.0], &[0.1, 0.3, 0.2, 0.4]) - 0.948_683).abs() < 1e-6);
        assert!((spearman(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]) + 1.0).abs() < 1e-12);
        assert!((rmse(&[1.0, 2.0], &[2.0, 4.0]) - 2.5f64.sqrt()).abs() < 1e-12);
    }
}
