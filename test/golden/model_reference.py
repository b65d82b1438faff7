"""Writes test/golden/model.json: the engine's numbers computed with numpy and scipy only.

Run from the repository's root:  python test/golden/model_reference.py
Needs numpy and scipy (bench/peers/requirements.txt). Deterministic.
"""

import json
import pathlib
import sys

import numpy as np
from scipy.optimize import nnls

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench" / "peers"))
from model_objective import Objective, adstock, hill  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
PAIRS = 2
YEAR = 365.25


def adstock_cases(random):
    x = np.round(random.gamma(2.0, 50.0, 40) * (random.uniform(size=40) < 0.7), 3)
    cases = []
    for decay, lag, normalized in [(0, 13, True), (0.3, 13, True), (0.8, 4, True), (0.95, 13, False), (0.6, 0, True)]:
        cases.append(
            {
                "decay": decay,
                "lag_max": lag,
                "normalized": normalized,
                "out": adstock(x, decay, lag, normalized).tolist(),
            }
        )
    return {"x": x.tolist(), "cases": cases}


def hill_cases():
    points = [0.0, 1e-6, 0.05, 0.3, 0.5, 1.0, 4.0]
    return [
        {"alpha": a, "gamma": g, "points": points, "out": [float(hill(np.float64(p), a, g)) for p in points]}
        for a, g in [(0.5, 0.3), (1.0, 0.5), (3.0, 1.0), (1.7, 0.62)]
    ]


def ridge_cases(random):
    cases = []
    for rows, columns, penalty in [(30, 3, 0.0001), (50, 6, 0.1), (40, 8, 2.0)]:
        x = random.normal(size=(rows, columns))
        x[:, -1] = x[:, 0] + 0.05 * random.normal(size=rows)
        y = x @ random.normal(size=columns) + random.normal(size=rows)
        own = (x * x).sum(axis=0)
        stacked = np.vstack([x, np.diag(np.sqrt(penalty * own))])
        beta = nnls(stacked, np.concatenate([y, np.zeros(columns)]))[0]
        cases.append(
            {
                "size": columns,
                "penalty": penalty,
                "gram": (x.T @ x).ravel().tolist(),
                "right": (x.T @ y).tolist(),
                "beta": beta.tolist(),
            }
        )
    return cases


def objective_case(random):
    weeks = 130
    day0 = 18_631  # 2021-01-04, days since 1970-01-01
    days = day0 + 7 * np.arange(weeks)
    spends = [np.round(random.gamma(2.0, 100.0, weeks) * (random.uniform(size=weeks) < share), 2) for share in (1.0, 0.6, 0.8)]
    control = np.round(random.normal(100, 5, weeks), 3)
    truth = [(0.6, 1.4, 0.5, 900.0), (0.2, 1.0, 0.7, 400.0), (0.05, 2.0, 0.4, 250.0)]
    y = 3000 + 4 * np.arange(weeks) + 200 * np.sin(2 * np.pi * days / YEAR) - 10 * (control - 100)
    for x, (decay, alpha, gamma, size) in zip(spends, truth):
        a = adstock(x, decay, 13, True)
        y = y + size * hill(a / a[:65].max(), alpha, gamma)
    y = np.round(y + random.normal(0, 60, weeks), 3)
    horizon, folds, locked = 13, 4, 13
    first = weeks - locked - folds * horizon
    columns = [np.ones(weeks), standard(np.arange(weeks, dtype=float), first)]
    for pair in range(1, PAIRS + 1):
        columns.append(standard(np.sin(2 * np.pi * pair * days / YEAR), first))
        columns.append(standard(np.cos(2 * np.pi * pair * days / YEAR), first))
    columns.append(standard(control, first))
    problem = {
        "target": y.tolist(),
        "design": [column.tolist() for column in columns],
        "exposures": [x.tolist() for x in spends],
        "folds": [[first + f * horizon, first + (f + 1) * horizon] for f in range(folds)],
        "scale_ends": [first, weeks],
        "lag_max": 13,
        "normalized": True,
    }
    objective = Objective(problem)
    points = []
    for _ in range(6):
        point = []
        for _ in range(3):
            point += [random.uniform(0, 0.85), random.uniform(0.5, 3), random.uniform(0.3, 1)]
        points.append(point + [10 ** random.uniform(-4, 0)])
    # A last fold that trains on everything before the locked weeks: the locked test's prediction.
    whole = Objective({**problem, "folds": [[weeks - locked, weeks]]})
    lines = ["date,sales,a,b,c,index"]
    for t in range(weeks):
        date = np.datetime64("1970-01-01") + np.timedelta64(int(days[t]), "D")
        lines.append(f"{date},{y[t]!r},{spends[0][t]!r},{spends[1][t]!r},{spends[2][t]!r},{control[t]!r}".replace("np.float64(", "").replace(")", ""))
    return {
        "csv": "\n".join(lines) + "\n",
        "points": points,
        "loss_plain": [objective.loss_plain(np.array(p)) for p in points],
        "loss_tuned": [objective.loss_tuned(np.array(p)) for p in points],
        "locked_wmape": [whole.loss_plain(np.array(p)) for p in points],
    }


def standard(values, first):
    head = values[:first]
    return (values - head.mean()) / head.std()


def main():
    random = np.random.default_rng(20240601)
    golden = {
        "adstock": adstock_cases(random),
        "hill": hill_cases(),
        "ridge": ridge_cases(random),
        "objective": objective_case(random),
    }
    (HERE / "model.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
