/**
 * Examples that `mmm init --example` sets up: one whose data are shipped, and baselines for public data
 * sets with the address where each is.
 *
 * I1. Data of others are not shipped: the address and the licence are said instead.
 */

export interface ExampleSet {
  readonly name: string;
  /** Folder of its baseline below examples/; "" is that folder itself. */
  readonly folder: string;
  /** The file as its baseline names it. */
  readonly data: string;
  /** Where the data are; null where they are shipped. */
  readonly address: string | null;
  readonly about: string;
}

/** `HEAD`: the default branch, whatever its name. */
const RAW = "https://raw.githubusercontent.com";

export const EXAMPLE_SETS: readonly ExampleSet[] = [
  {
    name: "simulated",
    folder: "",
    data: "simulated/weekly.csv",
    address: null,
    about: "simulated brand with known truth, 5 channels (shipped)",
  },
  {
    name: "robyn",
    folder: "robyn",
    data: "dt_simulated_weekly.csv",
    address: `${RAW}/facebookexperimental/Robyn/HEAD/python/src/robyn/tutorials/resources/dt_simulated_weekly.csv`,
    about: "Robyn's simulated weekly set (Meta, MIT)",
  },
  {
    name: "meridian",
    folder: "meridian",
    data: "national_media.csv",
    address: `${RAW}/google/meridian/HEAD/meridian/data/simulated_data/csv/national_media.csv`,
    about: "Meridian's simulated national set (Google, Apache-2.0)",
  },
  {
    name: "pymc-marketing",
    folder: "pymc-marketing",
    data: "mmm_example.csv",
    address: `${RAW}/pymc-labs/pymc-marketing/HEAD/data/mmm_example.csv`,
    about: "PyMC-Marketing's example (Apache-2.0)",
  },
  {
    name: "igorlima",
    folder: "igorlima",
    data: "national.csv",
    address: `${RAW}/IgorLima-py/mmm-meridian-vs-robyn/HEAD/data/sim/seed101/national.csv`,
    about: "simulated national set with known returns (MIT)",
  },
  {
    name: "retail",
    folder: "retail",
    data: "data.csv",
    address: `${RAW}/sibylhe/mmm_stan/HEAD/data.csv`,
    about: "anonymised retailer with 46 controls (MIT)",
  },
];
