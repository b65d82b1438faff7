"""Peer optimizers on the engine's own validation loss, through bench/model-bridge.ts.

  python bench/peers/optimizers.py --set robyn --budgets 500,2000 --seeds 10

Prints one JSON object: {method: {budget: [best loss per seed]}}. Every method starts from the same
point (the media types' defaults) in the same unit cube. Nevergrad's TwoPointsDE is Robyn's default.
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
import warnings

import numpy as np


class Bridge:
    def __init__(self, node, name):
        self.process = subprocess.Popen(
            [node, "bench/model-bridge.ts", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        head = json.loads(self.process.stdout.readline())
        self.start = head["start"]
        self.best = float("inf")

    def loss(self, point):
        values = [min(1.0, max(0.0, float(value))) for value in point]
        self.process.stdin.write(json.dumps(values) + "\n")
        self.process.stdin.flush()
        value = float(self.process.stdout.readline())
        self.best = min(self.best, value)
        return value

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def nevergrad_de(bridge, budget, seed):
    import nevergrad as ng

    space = ng.p.Array(init=np.array(bridge.start)).set_bounds(0, 1)
    space.random_state.seed(seed)
    optimizer = ng.optimizers.registry["TwoPointsDE"](parametrization=space, budget=budget)
    optimizer.suggest(np.array(bridge.start))
    for _ in range(budget):
        candidate = optimizer.ask()
        optimizer.tell(candidate, bridge.loss(candidate.value))


def optuna_run(bridge, budget, sampler):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=sampler)
    names = [f"x{index}" for index in range(len(bridge.start))]
    study.enqueue_trial(dict(zip(names, bridge.start)))
    study.optimize(
        lambda trial: bridge.loss([trial.suggest_float(name, 0, 1) for name in names]),
        n_trials=budget,
    )


def optuna_tpe(bridge, budget, seed):
    import optuna

    optuna_run(bridge, budget, optuna.samplers.TPESampler(seed=seed))


def optuna_cmaes(bridge, budget, seed):
    import optuna

    names = [f"x{index}" for index in range(len(bridge.start))]
    sampler = optuna.samplers.CmaEsSampler(seed=seed, x0=dict(zip(names, bridge.start)))
    optuna_run(bridge, budget, sampler)


METHODS = {
    "nevergrad TwoPointsDE": nevergrad_de,
    "optuna TPE": optuna_tpe,
    "optuna CMA-ES": optuna_cmaes,
}


def main():
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--set", required=True)
    parser.add_argument("--budgets", default="500,2000,10000")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--tpe-max", type=int, default=500)
    parser.add_argument("--node", default=shutil.which("node"))
    options = parser.parse_args()
    result = {}
    for budget in [int(text) for text in options.budgets.split(",")]:
        for name, method in METHODS.items():
            if name == "optuna TPE" and budget > options.tpe_max:
                continue
            started = time.time()
            bests = []
            for seed in range(options.seeds):
                bridge = Bridge(options.node, options.set)
                method(bridge, budget, seed)
                bests.append(bridge.best)
                bridge.close()
            result.setdefault(name, {})[str(budget)] = bests
            print(f"{options.set} {name} {budget}: {time.time() - started:.0f} s", file=sys.stderr)
    json.dump(result, sys.stdout)


if __name__ == "__main__":
    main()
