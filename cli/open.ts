/** The app that a command works on, from its common options. */
import { loadCommandSettings } from "./command-settings.ts";
import type { CommonOptions, Shell } from "./shell.ts";
import { openApp, type App } from "../app/open-app.ts";

/** Opens it; `mustExist` refuses a state folder that is not there. The caller closes it. */
export function openFor(
  shell: Shell,
  options: CommonOptions,
  more: { readonly mustExist?: boolean } = {},
): Promise<App> {
  return openApp({
    settings: loadCommandSettings(shell, options),
    stateDir: options.stateDir,
    mustExist: more.mustExist ?? false,
    environment: shell.environment,
  });
}

/** Opens, uses and closes the app of a command that looks at an existing state. */
export async function withApp<T>(
  shell: Shell,
  options: CommonOptions,
  use: (app: App) => Promise<T>,
): Promise<T> {
  const app = await openFor(shell, options, { mustExist: true });
  try {
    return await use(app);
  } finally {
    await app.close();
  }
}
