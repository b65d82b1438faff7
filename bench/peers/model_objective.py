"""The validation objective of model/fit/engine.ts in numpy, for checking and for timing.

Reads a problem as JSON (what `bench/model-problem.ts` writes): target, unpenalised columns,
exposures, folds, lag and normalisation. Three forms of the same loss:

  literal      the engine's own algorithm line by line: adstock by its recursion, unpenalised columns
               projected out beforehand, coordinate descent and exact steps on the Gram matrix, each
               fold from the solution of the one before
  plain        as one would first write it: full design per fold, QR by numpy, non-negative ridge by
               scipy's NNLS on the augmented system
  tuned        everything the parameters do not change is taken out of the loop once per fold, all
               channels saturated in one array operation, NNLS on the small Cholesky factor

`evaluate_*` does what one evaluation of the engine does: the mean error of the folds and, from a fit
on all training rows, the error in sample. `loss_*` is the folds' part of it alone. All agree with the
engine to rounding error; test/golden/model_reference.py writes the numbers.
"""

import json
import sys
import time
from typing import NamedTuple

import numpy as np
from scipy.optimize import nnls

IDENTIFIED_SHARE = 1e-9


def adstock(x, decay, lag_max, normalized):
    """Geometric adstock, lags 0 ... lag_max."""
    weights = decay ** np.arange(lag_max + 1)
    if normalized:
        weights = weights / weights.sum()
    return np.convolve(x, weights)[: len(x)]


def hill(relative, alpha, gamma):
    """Hill saturation of non-negative values."""
    powered = relative**alpha
    return powered / (powered + gamma**alpha)


class Window(NamedTuple):
    """A fit on rows [0, train), judged on rows [start, end)."""

    train: int
    start: int
    end: int
    q: np.ndarray
    ahead: np.ndarray
    qty: np.ndarray
    size: float
    keep: list


class Objective:
    def __init__(self, problem):
        self.y = np.array(problem["target"], dtype=float)
        self.z = np.array(problem["design"], dtype=float).T.copy()
        self.x = [np.array(column, dtype=float) for column in problem["exposures"]]
        self.folds = [tuple(fold) for fold in problem["folds"]]
        self.scale_ends = problem["scale_ends"]
        self.lag_max = problem["lag_max"]
        self.normalized = problem["normalized"]
        self.rows = self.folds[-1][1]
        self.prepared = [self._prepare(train, train, end) for train, end in self.folds]
        self.whole = self._prepare(self.rows, 0, self.rows)

    def _prepare(self, train, start, end):
        """What the parameters do not change about a fit on rows [0, train) judged on [start, end)."""
        z = self.z[:train]
        keep = []
        for column in range(z.shape[1]):
            trial = z[:, keep + [column]]
            lengths = np.linalg.norm(trial, axis=0)
            if lengths[-1] == 0:
                continue
            rest = np.abs(np.linalg.qr(trial)[1][-1, -1])
            if rest > 1e-7 * lengths[-1]:
                keep.append(column)
        q, r = np.linalg.qr(z[:, keep])
        ahead = np.linalg.solve(r.T, self.z[start:end, keep].T).T
        qty = q.T @ self.y[:train]
        return Window(train, start, end, q, ahead, qty, np.abs(self.y[start:end]).sum(), keep)

    def _evaluate(self, errors, parameters):
        found = errors(parameters, [*self.prepared, self.whole])
        return sum(found[:-1]) / len(self.folds), found[-1]

    def evaluate_tuned(self, parameters):
        return self._evaluate(self._errors_tuned, parameters)

    def evaluate_plain(self, parameters):
        return self._evaluate(self._errors_plain, parameters)

    def evaluate_literal(self, parameters):
        return self._evaluate(self._errors_literal, parameters)

    def loss_tuned(self, parameters):
        return sum(self._errors_tuned(parameters, self.prepared)) / len(self.folds)

    def loss_plain(self, parameters):
        return sum(self._errors_plain(parameters, self.prepared)) / len(self.folds)

    def media(self, parameters):
        """Saturated columns, rows x channels."""
        channels = len(self.x)
        out = np.empty((self.rows, channels))
        for c in range(channels):
            decay, alpha, gamma = parameters[3 * c : 3 * c + 3]
            a = adstock(self.x[c][: self.rows], decay, self.lag_max, self.normalized)
            m = 0.0
            for end in self.scale_ends:
                if m > 0:
                    break
                m = a[:end].max()
            out[:, c] = hill(a / m, alpha, gamma) if m > 0 else 0.0
        return out

    def _errors_tuned(self, parameters, windows):
        x = self.media(parameters)
        found = []
        for fold in windows:
            xt = x[: fold.train]
            qtx = fold.q.T @ xt
            gram = xt.T @ xt - qtx.T @ qtx
            right = xt.T @ self.y[: fold.train] - qtx.T @ fold.qty
            beta = ridge(gram, right, parameters[-1], (xt * xt).sum(axis=0))
            found.append(self._error(fold, x, qtx, beta))
        return found

    def _errors_plain(self, parameters, windows):
        x = self.media(parameters)
        penalty = parameters[-1]
        found = []
        for fold in windows:
            train, rows = fold.train, slice(fold.start, fold.end)
            z = self.z[:train][:, fold.keep]
            q = np.linalg.qr(z)[0]
            xt = x[:train] - q @ (q.T @ x[:train])
            yt = self.y[:train] - q @ (q.T @ self.y[:train])
            own = (xt * xt).sum(axis=0)
            stacked = np.vstack([xt, np.diag(np.sqrt(penalty * own))])
            beta = nnls(stacked, np.concatenate([yt, np.zeros(len(own))]))[0]
            other = np.linalg.lstsq(z, self.y[:train] - x[:train] @ beta, rcond=None)[0]
            predicted = self.z[rows][:, fold.keep] @ other + x[rows] @ beta
            found.append(np.abs(self.y[rows] - predicted).sum() / fold.size)
        return found

    def _errors_literal(self, parameters, windows):
        channels = len(self.x)
        x = np.empty((self.rows, channels))
        for c in range(channels):
            decay, alpha, gamma = parameters[3 * c : 3 * c + 3]
            a = adstock_recursive(self.x[c][: self.rows], decay, self.lag_max, self.normalized)
            m = 0.0
            for end in self.scale_ends:
                if m > 0:
                    break
                m = a[:end].max()
            x[:, c] = hill(a / m, alpha, gamma) if m > 0 else 0.0
        found = []
        beta = None
        for fold in windows:
            xt = x[: fold.train]
            qtx = fold.q.T @ xt
            gram = xt.T @ xt - qtx.T @ qtx
            right = xt.T @ self.y[: fold.train] - qtx.T @ fold.qty
            beta = descend(gram, right, parameters[-1], (xt * xt).sum(axis=0), beta)
            found.append(self._error(fold, x, qtx, beta))
        return found

    def _error(self, fold, x, qtx, beta):
        """wMAPE of the rows a fold is judged on."""
        rows = slice(fold.start, fold.end)
        predicted = fold.ahead @ (fold.qty - qtx @ beta) + x[rows] @ beta
        return np.abs(self.y[rows] - predicted).sum() / fold.size


def adstock_recursive(x, decay, lag_max, normalized):
    out = np.empty(len(x))
    cut = decay ** (lag_max + 1)
    for t in range(len(x)):
        value = x[t]
        if t > 0:
            value += decay * out[t - 1]
        if t > lag_max:
            value -= cut * x[t - lag_max - 1]
        out[t] = max(value, 0.0)
    return out * (1 - decay) / (1 - cut) if normalized else out


def descend(gram, right, penalty, raw_squares, start):
    """model/fit/ridge.ts: coordinate descent and exact steps to a relative KKT residual of 1e-10."""
    size = len(right)
    own = np.diag(gram)
    active = [c for c in range(size) if own[c] > IDENTIFIED_SHARE * raw_squares[c]]
    beta = np.zeros(size)
    if not active:
        return beta
    root = np.zeros(size)
    root[active] = np.sqrt(own[active])
    unit = np.where(root > 0, root, 1.0)
    scaled = gram / np.outer(unit, unit)
    target = np.where(root > 0, right / unit, 0.0)
    largest = np.abs(target).max()
    residual = np.inf
    if start is not None:
        beta = start * root
        solve_support(scaled, target, penalty, beta)
        residual = violation(scaled, target, penalty, beta, active) / largest
    for _ in range(200):
        if residual <= 1e-10:
            break
        for _ in range(3):
            for c in active:
                slope = target[c] - scaled[c] @ beta - penalty * beta[c]
                beta[c] = max(0.0, beta[c] + slope / (1 + penalty))
        solve_support(scaled, target, penalty, beta)
        residual = violation(scaled, target, penalty, beta, active) / largest
    return beta / unit


def violation(scaled, target, penalty, beta, active):
    slope = (target - scaled @ beta - penalty * beta)[active]
    return np.where(beta[active] > 0, np.abs(slope), np.maximum(slope, 0.0)).max()


def solve_support(scaled, target, penalty, beta):
    """Exact solution for the positive coefficients, leaving those that reach zero on the way."""
    for _ in range(len(beta)):
        support = np.flatnonzero(beta > 0)
        if len(support) == 0:
            return
        system = scaled[np.ix_(support, support)] + penalty * np.eye(len(support))
        trial = np.linalg.solve(system, target[support])
        if (trial > 0).all():
            beta[support] = trial
            return
        here = beta[support]
        out = trial <= 0
        reach = here[out] / (here[out] - trial[out])
        beta[support] = np.maximum(0.0, here + reach.min() * (trial - here))
        beta[support[out][reach.argmin()]] = 0.0


def ridge(gram, right, penalty, raw_squares):
    """Non-negative ridge on a Gram matrix; columns without own variation get 0."""
    own = np.diag(gram)
    active = own > IDENTIFIED_SHARE * raw_squares
    beta = np.zeros(len(right))
    if not active.any():
        return beta
    scale = np.sqrt(own[active])
    scaled = gram[np.ix_(active, active)] / np.outer(scale, scale)
    np.fill_diagonal(scaled, 1 + penalty)
    factor = np.linalg.cholesky(scaled)
    beta[active] = nnls(factor.T, np.linalg.solve(factor, right[active] / scale))[0] / scale
    return beta


def median_microseconds(function, points):
    times = []
    for point in points:
        started = time.perf_counter()
        function(point)
        times.append(time.perf_counter() - started)
    return float(np.median(times) * 1e6)


def main():
    job = json.load(sys.stdin)
    objective = Objective(job["problem"])
    points = [np.array(point) for point in job["points"]]
    forms = {
        "literal": objective.evaluate_literal,
        "plain": objective.evaluate_plain,
        "tuned": objective.evaluate_tuned,
    }
    for evaluate in forms.values():
        for point in points[:20]:
            evaluate(point)
    json.dump(
        {
            **{name: [evaluate(point) for point in points[:20]] for name, evaluate in forms.items()},
            **{
                f"{name}_us": median_microseconds(evaluate, points)
                for name, evaluate in forms.items()
            },
            "numpy": np.__version__,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
