"""Optuna's CMA-ES and TPE samplers without Optuna's study.

Optuna keeps every trial as an object and walks through all of them before each new one, so a run's
time grows with the square of its trials. Here the same libraries are asked for the same points and
the trials are kept as arrays: `cmaes.CMA` as CmaEsSampler builds, seeds and tells it, and
TPESampler's own Parzen estimators, settings and random states.

1. Nothing is tuned and nothing left out: the losses of a run are those of Optuna's own study, every
   one to the last bit (`optimizers.py --check-direct` runs both and compares them).
2. What is computed in another way is computed from the same operations in the same order.

Written against optuna 5.0.0 and cmaes 0.13.1 (requirements.txt); both use private parts of Optuna.
"""

import math
import pickle

import numpy as np

BELOW_ONE = np.nextafter(1.0, 0.0)
# From this size on Optuna's erf is its vectorised form, whose last bits differ from math.erf.
ERF_VECTORISED = 2000
KERNELS_AT_ONCE = 64
ROOT_TWO = 2**0.5
ERF, ERFC, LOG = (np.frompyfunc(one, 1, 1) for one in (math.erf, math.erfc, math.log))


def by_name(dimension):
    """Positions in Optuna's order of parameters: x0, x1, x10, x11, x2 ..."""
    return sorted(range(dimension), key=lambda index: f"x{index}")


def cmaes(loss, start, budget, seed):
    from cmaes import CMA

    dimension = len(start)
    order = by_name(dimension)
    random = np.random.RandomState(seed)
    stored = None
    kept = None
    solutions = []
    loss(start)
    for number in range(1, budget):
        # Until a first generation was told Optuna makes a new optimizer for each trial. After that
        # it gives each trial the pickled one, which holds one half of the covariance only; the
        # trial that told the generation goes on with the one it told.
        if stored is None:
            current = CMA(
                mean=np.array(start)[order],
                sigma=1 / 6,
                bounds=np.array([[0.0, 1.0]] * dimension),
                seed=random.randint(1, 2**31 - 2),
                n_max_resampling=10 * dimension,
            )
        else:
            kept = kept or pickle.loads(stored)
            current = kept
        if len(solutions) == current.population_size:
            current.tell(solutions)
            solutions = []
            stored = pickle.dumps(current)
            kept = None
        current.reseed_rng(random.randint(1, 2**16) + number)
        point = np.minimum(current.ask(), BELOW_ONE)
        values = np.empty(dimension)
        values[order] = point
        solutions.append((point, loss(values)))


def tpe(loss, start, budget, seed):
    from optuna.samplers._tpe import _truncnorm

    whole = _truncnorm._log_ndtr
    _truncnorm._log_ndtr = log_ndtr_with(_truncnorm._log_ndtr_single)
    try:
        run_tpe(loss, start, budget, seed)
    finally:
        _truncnorm._log_ndtr = whole


def run_tpe(loss, start, budget, seed):
    from optuna.distributions import FloatDistribution
    from optuna.samplers import TPESampler
    from optuna.samplers._tpe.sampler import default_gamma

    dimension = len(start)
    order = by_name(dimension)
    names = [f"x{index}" for index in order]
    space = {name: FloatDistribution(0, 1) for name in names}
    sampler = TPESampler(seed=seed)
    densities = Densities(budget, dimension)
    points = np.empty((budget, dimension))
    values = np.empty(budget)

    def uniform():
        drawn = [
            sampler._random_sampler.sample_independent(None, None, f"x{index}", space["x0"])
            for index in range(dimension)
        ]
        return np.array(drawn)[order]

    def estimator(numbers):
        rows = points[numbers]
        observed = {name: rows[:, at] for at, name in enumerate(names)}
        return sampler._parzen_estimator_cls(observed, space, sampler._parzen_estimator_parameters)

    def suggest(number):
        if number == 0:
            return np.array(start)[order]
        if number < sampler._n_startup_trials:
            return uniform()
        ranked = np.argsort(values[:number], kind="stable")
        split = default_gamma(number)
        good, bad = np.sort(ranked[:split]), np.sort(ranked[split:])
        below, above = estimator(good), estimator(bad)
        candidates = below.sample(sampler._rng.rng, sampler._n_ei_candidates)
        gain = below.log_pdf(candidates) - densities.log_pdf(above, bad, candidates)
        chosen = sampler._compare(candidates, gain)
        return np.array([chosen[name] for name in names])

    for number in range(budget):
        points[number] = suggest(number)
        outside = np.empty(dimension)
        outside[order] = points[number]
        values[number] = loss(outside)


class Densities:
    """Optuna's log density of the mixture of one run's many bad trials.

    A kernel's normaliser changes only with its width, so each trial's is kept; the rest are
    Optuna's operations in their order, in place on blocks that stay in the cache.
    """

    def __init__(self, budget, dimension):
        # One row a trial; the last is the prior's.
        self.sigma = np.full((budget + 1, dimension), np.nan)
        self.mass = np.empty((budget + 1, dimension))

    def log_pdf(self, estimator, numbers, candidates):
        points = np.array(list(candidates.values())).T
        if points.min() < 0 or points.max() > 1:
            return estimator.log_pdf(candidates)
        mixture = estimator._mixture_distribution
        mu = np.array([one.mu for one in mixture.distributions]).T
        sigma = np.array([one.sigma for one in mixture.distributions]).T
        sums = kernel_sums(points, mu, sigma, self.masses(mu, sigma, numbers))
        sums += np.log(mixture.weights)
        greatest = sums.max(axis=1)
        return np.log(np.exp(sums - greatest[:, None]).sum(axis=1)) + greatest

    def masses(self, mu, sigma, numbers):
        """Log of each kernel's mass inside the unit interval, [kernel][parameter]."""
        from optuna.samplers._tpe._truncnorm import _log_gauss_mass

        if mu.size < ERF_VECTORISED:
            return _log_gauss_mass((0.0 - mu) / sigma, (1.0 - mu) / sigma)
        rows = np.append(numbers, -1)
        mass = self.mass[rows]
        stale = sigma != self.sigma[rows]
        size = np.count_nonzero(stale)
        if size > 0:
            padded = max(size, ERF_VECTORISED)
            centre, width = np.resize(mu[stale], padded), np.resize(sigma[stale], padded)
            fresh = _log_gauss_mass((0.0 - centre) / width, (1.0 - centre) / width)
            mass[stale] = fresh[:size]
            self.mass[rows] = mass
            self.sigma[rows] = sigma
        return mass


def kernel_sums(points, mu, sigma, mass):
    """Log density of each kernel at each point, summed over the parameters."""
    from optuna.samplers._tpe._truncnorm import _norm_pdf_logC

    count, dimension = points.shape
    flat = [np.ascontiguousarray(one).ravel() for one in (mu, sigma, mass, np.log(sigma))]
    wide = np.tile(points, (1, KERNELS_AT_ONCE))
    sums = np.empty((count, len(mu)))
    block = np.empty_like(wide)
    for first in range(0, len(mu), KERNELS_AT_ONCE):
        last = min(first + KERNELS_AT_ONCE, len(mu))
        centre, width, norm, log_width = (one[first * dimension : last * dimension] for one in flat)
        if len(centre) < block.shape[1]:
            block = np.empty((count, len(centre)))
        np.subtract(wide[:, : len(centre)], centre, out=block)
        block /= width
        np.square(block, out=block)
        block *= -0.5
        block -= _norm_pdf_logC
        block -= norm
        block -= log_width
        block.reshape(count, -1, dimension).sum(axis=-1, out=sums[:, first:last])
    return sums


def log_ndtr_with(single):
    """Optuna's _log_ndtr with the middle branches of `single` taken for whole arrays."""

    def log_ndtr(a):
        x = a / ROOT_TWO
        low, high = x < -1 / ROOT_TWO, x >= 1 / ROOT_TWO
        centre = ~(low | high)
        mass = np.empty(a.shape)
        mass[low] = 0.5 * ERFC(-np.maximum(x[low], -15.0)).astype(float)
        mass[centre] = 0.5 + 0.5 * ERF(x[centre]).astype(float)
        mass[high] = 1.0 - 0.5 * ERFC(x[high]).astype(float)
        out = LOG(mass).astype(float)
        for index in np.flatnonzero((a > 6) | (a <= -20)):
            out[index] = single(a[index])
        return out

    return log_ndtr
