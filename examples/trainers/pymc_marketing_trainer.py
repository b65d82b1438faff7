#!/usr/bin/env python3
"""PyMC-Marketing as the trainer, speaking the protocol of docs/TRAINERS.md.

    pip install -r examples/trainers/requirements.txt
    trainer:
      kind: subprocess
      command: [python3, examples/trainers/pymc_marketing_trainer.py, --draws, "500"]

What was cleared is what is trained: decay, alpha and gamma are constants of the model, while
coefficients, baseline and noise are sampled. gamma is relative to the largest adstocked exposure of
the first training window, PyMC-Marketing's kappa to the largest exposure: it is converted.
`l2_penalty` has no counterpart; half-normal priors shrink the coefficients. Metrics are of the
posterior mean prediction, not of noisy draws. National data only. Every fold is a sampling run.
"""

import argparse
import json
import logging
import sys
import warnings

PROTOCOL = "mmm-trainer/1"


def main():
    arguments = parse_arguments()
    request = json.load(sys.stdin)
    answer_stream, sys.stdout = sys.stdout, sys.stderr
    try:
        if request.get("protocol") != PROTOCOL:
            raise ValueError(f"protocol {request.get('protocol')!r} is not {PROTOCOL}")
        work = {"train": train, "locked_test": locked_test}[request["command"]]
        answer = {"protocol": PROTOCOL, "trainer": trainer_name(), **work(request, arguments)}
    except Exception as error:  # the protocol's own way to say no
        answer = {"protocol": PROTOCOL, "error": f"{type(error).__name__}: {error}"[:2000]}
    json.dump(answer, answer_stream, allow_nan=False)


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--tune", type=int, default=500)
    parser.add_argument("--chains", type=int, default=2)
    return parser.parse_args()


def trainer_name():
    import pymc_marketing

    return f"pymc-marketing {pymc_marketing.__version__}"


def train(request, arguments):
    import numpy as np

    config, data = request["config"], request["data"]
    seed = request["seed"]
    ends = [fold["validation_end"] for fold in request["folds"]]
    fits = [Fit(config, data, fold["train_end"], request["folds"], arguments, seed)
            for fold in request["folds"]]
    folds = [fit.score(end) for fit, end in zip(fits, ends)]
    rows = len(data["target"])
    final = Fit(config, data, rows, request["folds"], arguments, seed)
    fitted = final.predict(0, rows)
    now, more = final.contributions(1.0), final.contributions(1.01)
    spend = np.array([sum(data["channels"][c["name"]]["spend"]) for c in config["channels"]])
    mean = now.mean(axis=0)
    validation = {**mean_metrics(folds), "r2": pooled_r2(fits, ends)}
    return {
        "validation": validation,
        "in_sample": metrics(np.array(data["target"]), fitted, final.variables, final.naive_error()),
        "loss": validation["wmape"],
        "channels": [
            {
                "channel": channel["name"],
                "coefficient": float(final.beta[:, index].mean() * final.target_scale),
                "contribution_share": float(mean[index] / fitted.sum()),
                "effect_share": float(mean[index] / max(mean.sum(), 1e-12)),
                "spend_share": float(spend[index] / max(spend.sum(), 1e-12)),
                **returns(now[:, index], more[:, index], spend[index]),
            }
            for index, channel in enumerate(config["channels"])
        ],
        "baseline_share": float(1 - mean.sum() / fitted.sum()),
        "solver_score": final.solver_score(),
        "roi_stability": None,
        "findings": final.findings(),
    }


def returns(now, more, spend):
    import numpy as np

    if spend <= 0:
        return {"roi": None, "roi_low": None, "roi_high": None, "mroi": None}
    low, high = np.quantile(now / spend, [0.05, 0.95])
    return {"roi": float(now.mean() / spend), "roi_low": float(low), "roi_high": float(high),
            "mroi": float((more - now).mean() / (0.01 * spend))}


def locked_test(request, arguments):
    start, rows = request["locked_from"], len(request["data"]["target"])
    answer = {}
    for name in ("baseline", "final"):
        fit = Fit(request[name], request["data"], start, request["folds"], arguments, 0)
        answer[name] = fit.score(rows)
        answer[f"{name}_predicted"] = [float(y) for y in fit.predict(start, rows)]
    answer["final_fold_wmape"] = [
        Fit(request["final"], request["data"], fold["train_end"], request["folds"], arguments, 0)
        .score(fold["validation_end"])["wmape"] for fold in request["folds"]]
    return answer


class Fit:
    """One sampling run on the rows before `train_end`."""

    def __init__(self, config, data, train_end, folds, arguments, seed):
        import numpy as np

        if len(data["geos"]) > 1:
            raise ValueError("geo panels are not supported by this trainer")
        if config["architecture"]["seasonality"]["day_of_week"]:
            raise ValueError("day-of-week terms are not supported by this trainer")
        if not config["architecture"]["intercept"]:
            raise ValueError("a model without intercept is not supported by this trainer")
        self.config, self.data, self.train_end = config, data, train_end
        self.first = folds[0]["train_end"]
        self.names = [channel["name"] for channel in config["channels"]]
        self.exposure = np.column_stack([data["channels"][n]["exposure"] for n in self.names])
        self.target = np.array(data["target"])
        self.frame, self.controls = self.make_frame()
        self.lags = config["adstock"]["max_lag_weeks"] * (7 if data["frequency"] == "daily" else 1) + 1
        self.variables = len(self.controls) + 2 * self.pairs() + len(self.names)
        self.sample(arguments, seed)

    def pairs(self):
        return self.config["architecture"]["seasonality"]["fourier_pairs"]

    def make_frame(self):
        import numpy as np
        import pandas as pd

        frame = pd.DataFrame({"date": pd.to_datetime(self.data["dates"])})
        for index, name in enumerate(self.names):
            frame[f"media_{name}"] = self.exposure[:, index]
        controls = []
        if self.config["architecture"]["trend"] != "none":
            frame["trend"] = np.arange(len(frame)) / self.train_end
            controls.append("trend")
        for name, column in self.data["columns"].items():
            values = np.array(column["values"])
            known = values[: self.train_end]
            if known.std() > 0:
                frame[f"control_{name}"] = (values - known.mean()) / known.std()
                controls.append(f"control_{name}")
        return frame, controls

    def sample(self, arguments, seed):
        import numpy as np
        from pymc_extras.prior import Prior
        from pymc_marketing.mmm import MMM, GeometricAdstock, HillSaturation
        from pytensor.xtensor import as_xtensor

        own = [self.config["hyperparameters"][name] for name in self.names]
        decay = np.clip([one["decay"] for one in own], 0.001, 0.999)
        self.exposure_scale = np.maximum(self.exposure[: self.train_end].max(axis=0), 1e-12)
        carried = adstock(self.exposure, decay, self.lags, self.config["adstock"]["normalized"])
        top = np.maximum(carried[: self.first].max(axis=0), 1e-12)
        kappa = np.array([one["gamma"] for one in own]) * top / self.exposure_scale
        slope = np.array([one["alpha"] for one in own])

        self.decay, self.slope, self.kappa = decay, slope, kappa
        constant = lambda values: as_xtensor(values, dims=("channel",))
        self.mmm = MMM(
            date_column="date",
            channel_columns=[f"media_{name}" for name in self.names],
            control_columns=self.controls or None,
            yearly_seasonality=self.pairs() or None,
            adstock=GeometricAdstock(l_max=self.lags, normalize=self.config["adstock"]["normalized"],
                                     priors={"alpha": constant(decay)}),
            saturation=HillSaturation(priors={"slope": constant(slope), "kappa": constant(kappa),
                                              "beta": Prior("HalfNormal", sigma=2, dims="channel")}),
        )
        frame = self.frame.iloc[: self.train_end]
        self.mmm.fit(frame, self.target[: self.train_end], draws=arguments.draws, tune=arguments.tune,
                     chains=arguments.chains, cores=1, progressbar=False, random_seed=seed,
                     target_accept=0.9)
        self.target_scale = float(np.abs(self.target[: self.train_end]).max())
        posterior = self.mmm.idata.posterior.stack(sample=("chain", "draw"))
        self.beta = posterior["saturation_beta"].transpose("sample", "channel").values

    def predict(self, start, end):
        """Posterior mean prediction of rows start … end."""
        drawn = self.mmm.sample_posterior_predictive(
            self.frame.iloc[start:end], extend_idata=False, progressbar=False,
            include_last_observations=start > 0, random_seed=1)
        return drawn["y"].mean(dim="sample").values

    def score(self, end):
        import numpy as np

        predicted = self.predict(self.train_end, end)
        return metrics(np.array(self.target[self.train_end: end]), predicted, self.variables,
                       self.naive_error())

    def contributions(self, multiplier):
        """Total contribution per draw and channel if all exposure were × multiplier."""
        import numpy as np

        scaled = multiplier * self.exposure[: self.train_end] / self.exposure_scale
        carried = adstock(scaled, self.decay, self.lags, self.config["adstock"]["normalized"])
        power = np.power(np.maximum(carried, 0), self.slope)
        curve = power / (power + np.power(self.kappa, self.slope))
        return self.beta * curve.sum(axis=0) * self.target_scale

    def naive_error(self):
        import numpy as np

        season = 364 if self.data["frequency"] == "daily" else 52
        lag = season if self.train_end > season else 1
        known = self.target[: self.train_end]
        return float(np.abs(known[lag:] - known[:-lag]).mean()) if len(known) > lag else None

    def worst_rhat(self):
        import arviz

        table = arviz.rhat(self.mmm.idata, var_names=["saturation_beta", "intercept"])
        return max(float(table[name].max()) for name in table.data_vars)

    def solver_score(self):
        return min(1.0, max(0.0, 1 - (self.worst_rhat() - 1) / 0.2))

    def findings(self):
        diverged = int(self.mmm.idata.sample_stats["diverging"].sum())
        if diverged == 0:
            return []
        return [{"code": "sampler_diverged", "channel": None, "figure": float(diverged), "bound": "0",
                 "message": f"{diverged} draws diverged: read the intervals with care"}]


def adstock(exposure, decay, lags, normalized):
    import numpy as np

    weights = np.power(np.asarray(decay)[None, :], np.arange(lags)[:, None])
    if normalized:
        weights = weights / weights.sum(axis=0)
    carried = np.zeros_like(exposure, dtype=float)
    for lag in range(min(lags, len(exposure))):
        carried[lag:] += weights[lag] * exposure[: len(exposure) - lag]
    return carried


def metrics(actual, predicted, variables, naive_error):
    import numpy as np

    errors, sizes = np.abs(actual - predicted), np.abs(actual)
    rows, spread = len(actual), float(((actual - actual.mean()) ** 2).sum())
    rmse = float(np.sqrt((errors ** 2).mean()))
    span = float(actual.max() - actual.min())
    r2 = 1 - float((errors ** 2).sum()) / spread if spread > 0 else None
    adjusted = (1 - (1 - r2) * (rows - 1) / (rows - variables - 1)
                if r2 is not None and rows > variables + 1 else None)
    small = sizes.min() < 1e-3 * sizes.mean()
    return {
        "mape": None if small else float((errors / sizes).mean()),
        "wmape": float(errors.sum() / sizes.sum()) if sizes.sum() > 0 else None,
        "smape": float((2 * errors / np.maximum(sizes + np.abs(predicted), 1e-12)).mean()),
        "mase": float(errors.mean() / naive_error) if naive_error else None,
        "r2": r2,
        "adj_r2": adjusted,
        "mae": float(errors.mean()),
        "rmse": rmse,
        "nrmse": rmse / span if span > 0 else None,
    }


def pooled_r2(fits, ends):
    """Over the rows of all folds together: a short fold has little variance of its own."""
    import numpy as np

    actual = np.concatenate([fit.target[fit.train_end: end] for fit, end in zip(fits, ends)])
    predicted = np.concatenate([fit.predict(fit.train_end, end) for fit, end in zip(fits, ends)])
    spread = float(((actual - actual.mean()) ** 2).sum())
    return 1 - float(((actual - predicted) ** 2).sum()) / spread if spread > 0 else None


def mean_metrics(rows):
    found = {}
    for name in rows[0]:
        values = [row[name] for row in rows if row[name] is not None]
        found[name] = sum(values) / len(values) if len(values) == len(rows) else None
    return found


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    main()
