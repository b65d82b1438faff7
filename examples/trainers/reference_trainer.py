#!/usr/bin/env python3
"""A trainer in plain Python (no packages), speaking the protocol of docs/TRAINERS.md.

The same model as the built-in engine, written the slow and obvious way: finite geometric adstock,
Hill saturation, trend, Fourier terms, controls, non-negative ridge. National weekly or daily data.
Read it as a template; `pymc_marketing_trainer.py` is the one with a statistics library behind it.
"""

import json
import math
import sys

PROTOCOL = "mmm-trainer/1"
YEAR_DAYS = 365.25
SWEEPS_MAX = 20000
TOLERANCE = 1e-13


def main():
    request = json.load(sys.stdin)
    if request.get("protocol") != PROTOCOL:
        raise ValueError(f"protocol {request.get('protocol')!r} is not {PROTOCOL}")
    answer = {"train": train, "locked_test": locked_test}[request["command"]](request)
    json.dump({"protocol": PROTOCOL, "trainer": "reference 1", **answer}, sys.stdout, allow_nan=False)


def train(request):
    config, data = request["config"], request["data"]
    model = Model(config, data, request["folds"])
    folds = [model.window(fold["train_end"], fold["validation_end"]) for fold in request["folds"]]
    scores = [model.score(fold) for fold in folds]
    rows = len(data["target"])
    final = model.window(rows, rows)
    fitted = sum(final["fitted"])
    channels, media = [], 0.0
    for index, channel in enumerate(config["channels"]):
        contribution = final["beta"][index] * sum(final["media"][index])
        media += contribution
        channels.append({"channel": channel["name"], "coefficient": final["beta"][index],
                         "contribution": contribution,
                         "spend": sum(data["channels"][channel["name"]]["spend"]),
                         "more": model.response(final, index, 1.01)})
    spend = sum(row["spend"] for row in channels)
    spans = [slice(fold["train_end"], fold["end"]) for fold in folds]
    validation = {**mean_metrics(scores),
                  "r2": pooled_r2([y for span in spans for y in data["target"][span]],
                                  [g for fold, span in zip(folds, spans) for g in fold["fitted"][span]])}
    return {
        "validation": validation,
        "in_sample": metrics(data["target"], final["fitted"], model.variables, model.naive_error(rows)),
        "loss": validation["wmape"],
        "channels": [channel_answer(row, fitted, media, spend) for row in channels],
        "baseline_share": (fitted - media) / fitted if fitted else None,
        "solver_score": 1.0,
        "roi_stability": None,
    }


def channel_answer(row, fitted, media, spend):
    own = row["spend"]
    return {
        "channel": row["channel"],
        "coefficient": row["coefficient"],
        "contribution_share": row["contribution"] / fitted if fitted else 0.0,
        "effect_share": row["contribution"] / media if media > 0 else 0.0,
        "spend_share": own / spend if spend > 0 else 0.0,
        "roi": row["contribution"] / own if own > 0 else None,
        "roi_low": None,
        "roi_high": None,
        "mroi": (row["more"] - row["contribution"]) / (0.01 * own) if own > 0 else None,
    }


def locked_test(request):
    start, rows = request["locked_from"], len(request["data"]["target"])
    answer = {}
    for name in ("baseline", "final"):
        model = Model(request[name], request["data"], request["folds"])
        window = model.window(start, rows)
        answer[name] = model.score(window)
        answer[f"{name}_predicted"] = window["fitted"][start:rows]
        if name == "final":
            answer["final_fold_wmape"] = [
                model.score(model.window(fold["train_end"], fold["validation_end"]))["wmape"]
                for fold in request["folds"]
            ]
    return answer


class Model:
    def __init__(self, config, data, folds):
        if len(data["geos"]) > 1:
            raise ValueError("geo panels are not supported by this trainer")
        if config["architecture"]["seasonality"]["day_of_week"]:
            raise ValueError("day-of-week terms are not supported by this trainer")
        self.config, self.data = config, data
        self.first = folds[0]["train_end"]
        self.period_days = 7 if data["frequency"] == "weekly" else 1
        self.design = self.design_columns()
        self.adstocked, self.scales, self.media = [], [], []
        for channel in config["channels"]:
            own = config["hyperparameters"][channel["name"]]
            lag = config["adstock"]["max_lag_weeks"] * (7 // self.period_days)
            carried = adstock(data["channels"][channel["name"]]["exposure"], own["decay"], lag,
                              config["adstock"]["normalized"])
            scale = max(carried[: self.first]) or max(carried)
            self.adstocked.append(carried)
            self.scales.append(scale)
            self.media.append([hill(a / scale if scale else 0.0, own) for a in carried])
        self.variables = len(self.design) + len(self.media) - int(config["architecture"]["intercept"])

    def design_columns(self):
        architecture, dates = self.config["architecture"], self.data["dates"]
        columns = [[1.0] * len(dates)] if architecture["intercept"] else []
        if architecture["trend"] != "none":
            columns.append([float(row) for row in range(len(dates))])
        origin = day_number(dates[0])
        for pair in range(1, architecture["seasonality"]["fourier_pairs"] + 1):
            turn = [2 * math.pi * pair * (origin + row * self.period_days) / YEAR_DAYS
                    for row in range(len(dates))]
            columns.append([math.sin(x) for x in turn])
            columns.append([math.cos(x) for x in turn])
        columns.extend(column["values"] for column in self.data["columns"].values())
        return [scaled(column, self.first) for column in columns]

    def window(self, train_end, end):
        target = self.data["target"][:train_end]
        columns = [column[:train_end] for column in self.design + self.media]
        fixed = len(self.design)
        coefficients = solve(columns, target, fixed, self.config["training"]["l2_penalty"])
        fitted = [sum(c * column[row] for c, column in zip(coefficients, self.design + self.media))
                  for row in range(end)]
        return {"train_end": train_end, "end": end, "fitted": fitted, "beta": coefficients[fixed:],
                "media": [column[:train_end] for column in self.media]}

    def score(self, window):
        span = slice(window["train_end"], window["end"])
        return metrics(self.data["target"][span], window["fitted"][span], self.variables,
                       self.naive_error(window["train_end"]))

    def naive_error(self, rows):
        season = 364 // self.period_days
        lag = season if rows > season else 1
        target = self.data["target"][:rows]
        steps = [abs(target[row] - target[row - lag]) for row in range(lag, rows)]
        return sum(steps) / len(steps) if steps else None

    def response(self, window, index, multiplier):
        own = self.config["hyperparameters"][self.config["channels"][index]["name"]]
        scale = self.scales[index]
        return window["beta"][index] * sum(
            hill(multiplier * a / scale if scale else 0.0, own)
            for a in self.adstocked[index][: window["train_end"]])


def adstock(exposure, decay, lag_max, normalized):
    weights = [decay ** lag for lag in range(lag_max + 1)]
    total = sum(weights) if normalized else 1.0
    return [sum(weights[lag] * exposure[row - lag] for lag in range(min(row, lag_max) + 1)) / total
            for row in range(len(exposure))]


def hill(ratio, own):
    if ratio <= 0:
        return 0.0
    return 1.0 / (1.0 + (own["gamma"] / ratio) ** own["alpha"])


def scaled(column, rows):
    """Unit size over the first window: changes no prediction, only the condition of the sums."""
    size = math.sqrt(sum(x * x for x in column[:rows]) / rows)
    return [x / size for x in column] if size > 0 else column


def solve(columns, target, fixed, penalty):
    """Least squares with ridge and a sign on the media columns, by cyclic coordinate descent after
    the unpenalised columns were projected out (Frisch, Waugh & Lovell)."""
    basis = []
    for column in columns[:fixed]:
        rest = orthogonal(column, basis)
        size = math.sqrt(dot(rest, rest))
        if size > 1e-9 * math.sqrt(dot(column, column) or 1.0):
            basis.append([x / size for x in rest])
    media = [orthogonal(column, basis) for column in columns[fixed:]]
    left = orthogonal(target, basis)
    gram = [[dot(a, b) for b in media] for a in media]
    right = [dot(a, left) for a in media]
    beta = [0.0] * len(media)
    for _ in range(SWEEPS_MAX):
        moved = 0.0
        for c, row in enumerate(gram):
            if row[c] <= 1e-9 * dot(columns[fixed + c], columns[fixed + c]):
                continue
            pull = right[c] - sum(row[j] * beta[j] for j in range(len(beta)) if j != c)
            new = max(0.0, pull / (row[c] * (1.0 + penalty)))
            moved = max(moved, abs(new - beta[c]) * math.sqrt(row[c]))
            beta[c] = new
        if moved <= TOLERANCE * math.sqrt(dot(left, left) or 1.0):
            break
    rest = [y - sum(b * column[row] for b, column in zip(beta, columns[fixed:]))
            for row, y in enumerate(target)]
    return least_squares(columns[:fixed], rest) + beta


def orthogonal(column, basis):
    rest = list(column)
    for _ in range(2):
        for vector in basis:
            size = dot(vector, rest)
            rest = [x - size * v for x, v in zip(rest, vector)]
    return rest


def least_squares(columns, target):
    """Gram–Schmidt with back substitution; a column that repeats others gets 0."""
    basis, upper = [], []
    for column in columns:
        rest = orthogonal(column, [vector for vector, _ in basis])
        size = math.sqrt(dot(rest, rest))
        own = size > 1e-9 * math.sqrt(dot(column, column) or 1.0)
        upper.append([dot(vector, column) for vector, _ in basis] + [size if own else 0.0])
        if own:
            basis.append(([x / size for x in rest], len(upper) - 1))
    coefficients = [0.0] * len(columns)
    goals = [dot(vector, target) for vector, _ in basis]
    for at in range(len(basis) - 1, -1, -1):
        index = basis[at][1]
        taken = sum(upper[basis[later][1]][at] * coefficients[basis[later][1]]
                    for later in range(at + 1, len(basis)))
        coefficients[index] = (goals[at] - taken) / upper[index][at]
    return coefficients


def dot(a, b):
    return math.fsum(x * y for x, y in zip(a, b))


def metrics(actual, predicted, variables, naive_error):
    rows = len(actual)
    errors = [abs(y - guess) for y, guess in zip(actual, predicted)]
    sizes = [abs(y) for y in actual]
    centre = sum(actual) / rows
    squares = sum(e * e for e in errors)
    spread = sum((y - centre) ** 2 for y in actual)
    rmse = math.sqrt(squares / rows)
    span = max(actual) - min(actual)
    small = min(sizes) < 1e-3 * sum(sizes) / rows
    r2 = 1 - squares / spread if spread > 0 else None
    adjusted = (1 - (1 - r2) * (rows - 1) / (rows - variables - 1)
                if r2 is not None and rows > variables + 1 else None)
    return {
        "mape": None if small else sum(e / s for e, s in zip(errors, sizes)) / rows,
        "wmape": sum(errors) / sum(sizes) if sum(sizes) > 0 else None,
        "smape": sum(2 * e / (s + abs(g)) for e, s, g in zip(errors, sizes, predicted) if e > 0) / rows,
        "mase": sum(errors) / rows / naive_error if naive_error else None,
        "r2": r2,
        "adj_r2": adjusted,
        "mae": sum(errors) / rows,
        "rmse": rmse,
        "nrmse": rmse / span if span > 0 else None,
    }


def pooled_r2(actual, predicted):
    """Over the rows of all folds together: a short fold has little variance of its own."""
    centre = sum(actual) / len(actual)
    spread = sum((y - centre) ** 2 for y in actual)
    squares = sum((y - guess) ** 2 for y, guess in zip(actual, predicted))
    return 1 - squares / spread if spread > 0 else None


def mean_metrics(rows):
    found = {}
    for name in rows[0]:
        values = [row[name] for row in rows if row[name] is not None]
        found[name] = sum(values) / len(values) if len(values) == len(rows) else None
    return found


def day_number(date):
    """Days since 1970-01-01 of YYYY-MM-DD."""
    from datetime import date as day

    return (day.fromisoformat(date) - day(1970, 1, 1)).days


if __name__ == "__main__":
    try:
        main()
    except Exception as error:  # the protocol's own way to say no
        json.dump({"protocol": PROTOCOL, "error": f"{type(error).__name__}: {error}"}, sys.stdout)
