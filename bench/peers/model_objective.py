"""The validation objective of model/engine.ts in numpy, for checking and for timing.

Reads a problem as JSON (what `bench/model-problem.ts` writes): target, unpenalised columns,
exposures, folds, lag and normalisation. Three forms of the same loss:

  loss_literal the engine's own algorithm line by line: adstock by its recursion, coordinate descent
               on the Gram matrix, unpenalised columns projected out beforehand
  loss_plain   as one would first write it: full design per fold, QR by numpy, non-negative ridge by
               scipy's NNLS on the augmented system
  loss_tuned   everything the parameters do not change is taken out of the loop once per fold, all
               channels saturated in one array operation, NNLS on the small Cholesky factor

All agree with the engine to rounding error; test/golden/model_reference.py writes the numbers.
"""

import json
import sys
import time

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
        self.prepared = [self._prepare(*fold) for fold in self.folds]

    def _prepare(self, train, end):
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
        ahead = np.linalg.solve(r.T, self.z[train:end, keep].T).T
        qty = q.T @ self.y[:train]
        return q, ahead, qty, np.abs(self.y[train:end]).sum(), keep

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

    def loss_tuned(self, parameters):
        x = self.media(parameters)
        penalty = parameters[-1]
        total = 0.0
        for (train, end), (q, ahead, qty, size, _) in zip(self.folds, self.prepared):
            xt = x[:train]
            qtx = q.T @ xt
            gram = xt.T @ xt - qtx.T @ qtx
            right = xt.T @ self.y[:train] - qtx.T @ qty
            beta = ridge(gram, right, penalty, (xt * xt).sum(axis=0))
            predicted = ahead @ (qty - qtx @ beta) + x[train:end] @ beta
            total += np.abs(self.y[train:end] - predicted).sum() / size
        return total / len(self.folds)

    def loss_plain(self, parameters):
        x = self.media(parameters)
        penalty = parameters[-1]
        total = 0.0
        for (train, end), prepared in zip(self.folds, self.prepared):
            keep = prepared[4]
            z = self.z[:train][:, keep]
            q = np.linalg.qr(z)[0]
            xt = x[:train] - q @ (q.T @ x[:train])
            yt = self.y[:train] - q @ (q.T @ self.y[:train])
            own = (xt * xt).sum(axis=0)
            stacked = np.vstack([xt, np.diag(np.sqrt(penalty * own))])
            beta = nnls(stacked, np.concatenate([yt, np.zeros(len(own))]))[0]
            other = np.linalg.lstsq(z, self.y[:train] - x[:train] @ beta, rcond=None)[0]
            predicted = self.z[train:end][:, keep] @ other + x[train:end] @ beta
            total += np.abs(self.y[train:end] - predicted).sum() / prepared[3]
        return total / len(self.folds)


    def loss_literal(self, parameters):
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
        total = 0.0
        for (train, end), (q, ahead, qty, size, _) in zip(self.folds, self.prepared):
            xt = x[:train]
            qtx = q.T @ xt
            gram = xt.T @ xt - qtx.T @ qtx
            right = xt.T @ self.y[:train] - qtx.T @ qty
            beta = descend(gram, right, parameters[-1], (xt * xt).sum(axis=0))
            predicted = ahead @ (qty - qtx @ beta) + x[train:end] @ beta
            total += np.abs(self.y[train:end] - predicted).sum() / size
        return total / len(self.folds)


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


def descend(gram, right, penalty, raw_squares):
    """Cyclic coordinate descent to a relative KKT residual of 1e-10."""
    size = len(right)
    own = np.diag(gram)
    active = [c for c in range(size) if own[c] > IDENTIFIED_SHARE * raw_squares[c]]
    beta = np.zeros(size)
    if not active:
        return beta
    root = np.sqrt(np.where(own > 0, own, 1.0))
    scaled = gram / np.outer(root, root)
    target = right / root
    largest = np.abs(target[active]).max()
    for _ in range(10_000):
        worst = 0.0
        for c in active:
            slope = target[c] - scaled[c] @ beta - penalty * beta[c]
            worst = max(worst, abs(slope) if beta[c] > 0 else max(0.0, slope))
            beta[c] = max(0.0, beta[c] + slope / (1 + penalty))
        if worst <= 1e-10 * largest:
            break
    return beta / root


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
    for point in points[:20]:
        objective.loss_tuned(point)
        objective.loss_plain(point)
        objective.loss_literal(point)
    json.dump(
        {
            "tuned": [objective.loss_tuned(point) for point in points[:20]],
            "plain": [objective.loss_plain(point) for point in points[:20]],
            "literal": [objective.loss_literal(point) for point in points[:20]],
            "tuned_us": median_microseconds(objective.loss_tuned, points),
            "plain_us": median_microseconds(objective.loss_plain, points),
            "literal_us": median_microseconds(objective.loss_literal, points),
            "numpy": np.__version__,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
