"""Peer optimizers on the engine's own validation loss, through bench/model/bridge.ts.

  python bench/peers/optimizers.py --sets robyn,retail --methods "optuna CMA-ES" \
      --budgets 500,2000,10000 --seeds 10 --results FILE

Every method starts from the same point (the media types' defaults) in the same unit cube.
Nevergrad's TwoPointsDE is Robyn's default.

One run per set, method and seed: none of the three looks at the budget it was given, so the best
loss after 500 evaluations of a run of 10,000 is that of a run of 500 (--check-budget compares the
two). Optuna's samplers run without its study (optuna_direct.py); --check-direct runs both and
compares every loss:

  python bench/peers/optimizers.py --sets robyn,retail --budgets 2000 --seeds 1 --check-direct

Each run is one line of JSON in the results file, written as it ends; runs already in the file
are not made again, so a cut run goes on where it stopped. `seconds` are of the clock,
`processor_seconds` those of this process, without the engine's.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import warnings

import numpy as np
import optuna_direct


class Bridge:
    """The loss of one data set; remembers the best so far at each of the budgets."""

    def __init__(self, node, name):
        self.process = subprocess.Popen(
            [node, "bench/model/bridge.ts", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        head = json.loads(self.process.stdout.readline())
        self.start = head["start"]

    def watch(self, budgets):
        self.budgets = budgets
        self.used = 0
        self.best = float("inf")
        self.bests = {}
        self.losses = []

    def loss(self, point):
        values = [min(1.0, max(0.0, float(value))) for value in point]
        self.process.stdin.write(json.dumps(values) + "\n")
        self.process.stdin.flush()
        value = float(self.process.stdout.readline())
        self.used += 1
        self.losses.append(value)
        self.best = min(self.best, value)
        if self.used in self.budgets:
            self.bests[str(self.used)] = self.best
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


def study_tpe(bridge, budget, seed):
    import optuna

    optuna_run(bridge, budget, optuna.samplers.TPESampler(seed=seed))


def study_cmaes(bridge, budget, seed):
    import optuna

    names = [f"x{index}" for index in range(len(bridge.start))]
    sampler = optuna.samplers.CmaEsSampler(seed=seed, x0=dict(zip(names, bridge.start)))
    optuna_run(bridge, budget, sampler)


def direct_tpe(bridge, budget, seed):
    optuna_direct.tpe(bridge.loss, bridge.start, budget, seed)


def direct_cmaes(bridge, budget, seed):
    optuna_direct.cmaes(bridge.loss, bridge.start, budget, seed)


METHODS = {
    "nevergrad TwoPointsDE": nevergrad_de,
    "optuna TPE": direct_tpe,
    "optuna CMA-ES": direct_cmaes,
}
# The same two through Optuna's own study, as its users run them.
STUDIES = {"optuna TPE": study_tpe, "optuna CMA-ES": study_cmaes}


def known_runs(path):
    """{(set, method, seed): evaluations made} of a results file."""
    known = {}
    if os.path.exists(path):
        with open(path) as lines:
            for line in lines:
                run = json.loads(line)
                key = (run["set"], run["method"], run["seed"])
                known[key] = max(known.get(key, 0), run["evaluations"])
    return known


def run_one(bridge, name, method, budgets, seed):
    started = time.time()
    busy = time.process_time()
    bridge.watch(budgets)
    METHODS[method](bridge, max(budgets), seed)
    return {
        "set": name,
        "method": method,
        "seed": seed,
        "evaluations": max(budgets),
        "bests": bridge.bests,
        "seconds": round(time.time() - started, 2),
        "processor_seconds": round(time.process_time() - busy, 2),
    }


def check_budget(bridge, name):
    for method in METHODS:
        long = run_one(bridge, name, method, [200, 400], 0)["bests"]["200"]
        short = run_one(bridge, name, method, [200], 0)["bests"]["200"]
        print(f"{name} {method}: {long} {short} {'equal' if long == short else 'DIFFERENT'}")


def check_direct(bridge, name, methods, budget, seeds):
    """Whether every single loss of Optuna's own study is that of the direct form."""
    for method in methods:
        for seed in range(seeds):
            seconds = []
            losses = []
            for run in (STUDIES[method], METHODS[method]):
                busy = time.process_time()
                bridge.watch([budget])
                run(bridge, budget, seed)
                seconds.append(round(time.process_time() - busy, 1))
                losses.append(bridge.losses)
            unlike = [a != b for a, b in zip(*losses)]
            verdict = f"DIFFERENT from {unlike.index(True)} on" if any(unlike) else "equal"
            print(f"{name} {method} {seed}: {len(unlike)} losses {verdict}, processor s {seconds}")


def main():
    warnings.filterwarnings("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", required=True)
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--budgets", default="500,2000,10000")
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--results")
    parser.add_argument("--node", default=shutil.which("node"))
    parser.add_argument("--check-budget", action="store_true")
    parser.add_argument("--check-direct", action="store_true")
    options = parser.parse_args()
    names = options.sets.split(",")
    methods = options.methods.split(",")
    budgets = sorted(int(text) for text in options.budgets.split(","))
    bridges = {name: Bridge(options.node, name) for name in names}
    if options.check_budget:
        check_budget(bridges[names[0]], names[0])
        return
    if options.check_direct:
        for name in names:
            with_study = [method for method in methods if method in STUDIES]
            check_direct(bridges[name], name, with_study, max(budgets), options.seeds)
        return
    known = known_runs(options.results)
    with open(options.results, "a") as results:
        for seed in range(options.seeds):
            for name in names:
                for method in methods:
                    if known.get((name, method, seed), 0) >= max(budgets):
                        continue
                    run = run_one(bridges[name], name, method, budgets, seed)
                    results.write(json.dumps(run) + "\n")
                    results.flush()
                    print(f"{name} {method} {seed}: {run['seconds']} s", file=sys.stderr)
    for bridge in bridges.values():
        bridge.close()


if __name__ == "__main__":
    main()
