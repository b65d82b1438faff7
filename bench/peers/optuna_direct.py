"""Optuna's CMA-ES and TPE samplers without Optuna's study.

Optuna keeps every trial as an object and walks through all of them before each new one, so a run's
time grows with the square of its trials. Here the same libraries are asked for the same points and
the trials are kept as arrays: `cmaes.CMA` as CmaEsSampler builds, seeds and tells it, and
TPESampler's own Parzen estimators, settings and random states.

1. Nothing is tuned and nothing left out: the losses of a run are those of Optuna's own study, every
   one to the last bit (`optimizers.py --check-direct` runs both and compares them).
2. TPE's density of the many bad trials is kept from trial to trial and multiplied out, good to 1e-10.
   It only rules candidates out, by a margin far above that; where two are left Optuna's own
   estimator decides.

Written against optuna 5.0.0 and cmaes 0.13.1 (requirements.txt); both use private parts of Optuna.
"""

import bisect
import math
import pickle

import numpy as np

BELOW_ONE = np.nextafter(1.0, 0.0)
# From here on the good trials are always 25 and no width is below 1/100.
SETTLED = 300
LEAST_WIDTH = 0.01
# Of log densities.
MARGIN = 1e-6
# Below it exp leaves the normal numbers, where it takes a hundred times as long.
NEGLIGIBLE = -700.0
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
    points = np.empty((budget, dimension))
    values = np.empty(budget)
    # (loss, number) in order: all trials until the good ones are settled, then these alone.
    good = []
    bad = BadTrials(budget, dimension)

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
        is_good = np.zeros(number, dtype=bool)
        is_good[[one for _, one in good[: default_gamma(number)]]] = True
        worse = np.flatnonzero(~is_good)
        below = estimator(np.flatnonzero(is_good))
        candidates = below.sample(sampler._rng.rng, sampler._n_ei_candidates)
        if number >= SETTLED:
            best = bad.best(worse, below.log_pdf(candidates), candidates)
            if best is not None:
                return best
        above = estimator(worse)
        gain = sampler._compute_acquisition_func(candidates, below, above)
        chosen = sampler._compare(candidates, gain)
        return np.array([chosen[name] for name in names])

    def learn(number):
        bisect.insort(good, (values[number], number))
        if number + 1 > SETTLED:
            worse = good.pop()[1]
            bad.add(worse, points[worse])
        elif number + 1 == SETTLED:
            for _, worse in good[default_gamma(SETTLED) :]:
                bad.add(worse, points[worse])
            del good[default_gamma(SETTLED) :]

    for number in range(budget):
        points[number] = suggest(number)
        outside = np.empty(dimension)
        outside[order] = points[number]
        values[number] = loss(outside)
        learn(number)


class BadTrials:
    """The mixture of one run's bad trials, near enough to rule candidates out.

    A kernel's width is the distance to its neighbours, so a new trial changes two others in each
    parameter. Row 0 is the prior, row n + 1 trial n; a good trial's has no weight. The prior, flat
    over the range, keeps the sums from vanishing.
    """

    def __init__(self, budget, dimension):
        self.in_order = [[] for _ in range(dimension)]
        # Of a kernel's log density: factors of the point and of its square, and what is left.
        self.factors = np.zeros((budget + 1, 2 * dimension))
        self.constants = np.zeros((budget + 1, dimension))
        self.constant = np.zeros(budget + 1)
        self.tied = False
        for at in range(dimension):
            self.refresh([(0, at, 0.5, 1.0)])

    def add(self, number, point):
        changed = []
        for at, ordered in enumerate(self.in_order):
            place = bisect.bisect(ordered, (point[at], number))
            ordered.insert(place, (point[at], number))
            for one in range(max(0, place - 1), min(len(ordered), place + 2)):
                changed.append((ordered[one][1] + 1, at, ordered[one][0], self.width(ordered, one)))
        self.refresh(changed)

    def width(self, ordered, place):
        """The greater distance to a neighbour; the ends of the range do not count as one."""
        here = ordered[place][0]
        near = [ordered[one][0] for one in (place - 1, place + 1) if 0 <= one < len(ordered)]
        distances = [abs(here - other) for other in near]
        self.tied = self.tied or 0.0 in distances
        return min(max([*distances, LEAST_WIDTH]), 1.0)

    def refresh(self, changed):
        from optuna.samplers._tpe._truncnorm import _log_gauss_mass, _norm_pdf_logC

        rows, parameters, mu, sigma = (np.array(one) for one in zip(*changed))
        mass = _log_gauss_mass(-mu / sigma, (1 - mu) / sigma)
        curvature = 0.5 / np.square(sigma)
        self.factors[rows, parameters] = 2 * mu * curvature
        self.factors[rows, parameters + len(self.in_order)] = -curvature
        self.constants[rows, parameters] = (
            -np.square(mu) * curvature - mass - np.log(sigma) - _norm_pdf_logC
        )
        self.constant[rows] = self.constants[rows].sum(axis=1)

    def best(self, numbers, log_good, candidates):
        """The candidate with the greatest ratio of densities; none when it is a near thing."""
        points = np.array(list(candidates.values())).T
        if self.tied or points.min() < 0 or points.max() > 1:
            return None
        gain = log_good - self.log_pdf(numbers, points)
        near = np.flatnonzero(gain >= gain.max() - MARGIN)
        return points[near[0]] if len(near) == 1 else None

    def log_pdf(self, numbers, points):
        from optuna.samplers._tpe.sampler import default_weights

        rows = numbers[-1] + 2
        weights = np.zeros(rows)
        weights[numbers + 1] = default_weights(len(numbers))
        weights[0] = 1.0
        sums = np.hstack([points, np.square(points)]) @ self.factors[:rows].T
        sums += self.constant[:rows]
        greatest = sums.max(axis=1)
        sums -= greatest[:, None]
        np.maximum(sums, NEGLIGIBLE, out=sums)
        return np.log(np.exp(sums, out=sums) @ (weights / weights.sum())) + greatest


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
