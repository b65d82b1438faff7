/** All consumers with Claude in a process of their own, to be killed: `node claude-worker.ts FOLDER URL`. */
import { systemClock } from "../../../infra/clock.ts";
import { openSqliteState } from "../../../infra/sqlite/state.ts";
import { startClaudeSystem } from "./system.ts";
import type { MessagesApi } from "./messages-api.ts";

const [folder = "", url = ""] = process.argv.slice(2);
const state = openSqliteState(folder, { partitions: 4, clock: systemClock });
const api = { url } as MessagesApi;
const claude = { attempt_timeout_s: 30, tools: { turns: 4 } };
await startClaudeSystem({ ...state, api, claude, judge: true });
process.stdout.write("ready\n");
