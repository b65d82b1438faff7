"""The posterior's density written anew in JAX, sampled by NumPyro's NUTS, against the product's own sampler.

  node bench/truth.ts --sets known-truth --only declab,mpr_small,igor103 --export FOLDER
  python bench/peers/posterior_nuts.py FOLDER          (numpyro, jax[cpu])

Carryover as a plain sum over lags and the covariance as a dense matrix, so that the two share no arithmetic.
Prints, per set, the largest difference of posterior means in Monte Carlo standard errors.
"""
import json, sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import numpyro
from numpyro.diagnostics import effective_sample_size, split_gelman_rubin
from numpyro.infer import MCMC, NUTS

jax.config.update("jax_enable_x64", True)
numpyro.set_host_device_count(1)


def build(data):
    p, n = data["priors"], data["periods"]
    y = jnp.array(data["target"])
    x = jnp.array([c["exposure"] for c in data["channels"]])
    w = jnp.array([c["spend_share"] for c in data["channels"]])
    lagged = jnp.stack([jnp.pad(x, ((0, 0), (lag, 0)))[:, :n] for lag in range(data["lag_max"] + 1)])
    own = jnp.array(data["own"])
    projection = jnp.eye(n) - own.T @ own
    modes, eigenvalues = jnp.array(data["modes"]), jnp.array(data["eigenvalues"])
    middle = jnp.array([c["decay_middle"] for c in data["channels"]])
    logit = lambda q: jnp.log(q / (1 - q))

    def roi(theta):
        share = jax.nn.sigmoid(logit(p["media_share"]["median"]) + p["media_share"]["sd_logit"] * theta[0])
        tau = p["roi_spread"]["median"] * jnp.exp(p["roi_spread"]["sd_log"] * theta[1])
        z = theta[4:].reshape(len(w), 4)
        phi = jax.nn.softplus(p["roi_spread"]["offset"] + tau * z[:, 0])
        return share * phi / jnp.sum(phi * w)

    def potential(theta):
        z = theta[4:].reshape(len(w), 4)
        d = jax.nn.sigmoid(middle + p["decay"]["sd_logit"] * z[:, 1])
        weights = d[None, :] ** jnp.arange(data["lag_max"] + 1)[:, None]
        a = jnp.einsum("lc,lct->ct", weights / weights.sum(0), lagged)
        slope = p["slope"]["median"] * jnp.exp(p["slope"]["sd_log"] * z[:, 2])
        half = jnp.log(p["half_saturation"]["median"]) + p["half_saturation"]["sd_log"] * z[:, 3]
        safe = jnp.where(a > 0, a, 1.0)
        s = jnp.where(a > 0, jax.nn.sigmoid(slope[:, None] * (jnp.log(safe) - half[:, None])), 0.0)
        media = ((roi(theta) * w * n / s.sum(1))[:, None] * s).sum(0)
        sigma = data["noise_scale"] * p["noise"]["median"] * jnp.exp(p["noise"]["sd_log"] * theta[2])
        kappa = data["level_middle"] * jnp.exp(p["level"]["sd_log"] * theta[3])
        r = y - media
        size = kappa**2 * eigenvalues
        inverse = projection - modes.T @ (modes * (size / (1 + size))[:, None])
        log_p = -0.5 * jnp.sum(jnp.log1p(size)) - (n - own.shape[0]) * jnp.log(sigma)
        return -(log_p - 0.5 * r @ inverse @ r / sigma**2 - 0.5 * theta @ theta)

    return potential, roi


def main():
    for path in sorted(Path(sys.argv[1]).glob("*.json")):
        data = json.loads(path.read_text())
        potential, roi = build(data)
        size = 4 + 4 * len(data["channels"])
        mcmc = MCMC(NUTS(potential_fn=potential, dense_mass=True), num_warmup=600, num_samples=1000, num_chains=2,
                    chain_method="sequential", progress_bar=False)
        mcmc.run(jax.random.PRNGKey(1), init_params=0.1 * jax.random.normal(jax.random.PRNGKey(2), (2, size)))
        theta = np.array(mcmc.get_samples(group_by_chain=True))
        values = np.concatenate([theta, np.array(jax.vmap(jax.vmap(roi))(theta))], axis=2)
        ess = np.array([effective_sample_size(values[:, :, i]) for i in range(values.shape[2])])
        r_hat = max(split_gelman_rubin(values[:, :, i]) for i in range(values.shape[2]))
        mean, sd = values.mean((0, 1)), values.std((0, 1))
        ours, ours_sd = np.array(data["means"]), np.array(data["deviations"])
        error = np.sqrt(sd**2 / ess + ours_sd**2 / (0.7 * data["draws"]))
        gap = (ours - mean) / error
        worst = int(np.argmax(np.abs(gap)))
        print(f"{path.stem}: {len(gap)} quantities, R-hat of NUTS {r_hat:.3f}, root mean square gap {np.sqrt((gap**2).mean()):.2f} "
              f"Monte Carlo errors, largest {gap[worst]:+.2f} ({data['names'][worst]}); spreads agree to "
              f"{100 * np.abs(ours_sd / sd - 1).max():.0f} %", flush=True)
        for name, a, b, e in list(zip(data["names"], ours, mean, error))[size:]:
            print(f"  {name:24} ours {a:.4f}  NUTS {b:.4f}  error {e:.4f}", flush=True)


main()
