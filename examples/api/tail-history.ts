/**
 * Tail a session's history and survive any break: server-sent events, resumed by sequence number.
 *
 *   node examples/api/tail-history.ts http://127.0.0.1:8080 <session>
 *
 * With a key: MMM_API_KEY=mmm_… node examples/api/tail-history.ts …
 */
const [url = "http://127.0.0.1:8080", session = ""] = process.argv.slice(2);
const key = process.env["MMM_API_KEY"];

/** Reads events until the stream ends; resolves with the last sequence number seen. */
async function tail(after: number): Promise<{ last: number; over: boolean }> {
  const response = await fetch(`${url}/v1/sessions/${session}/events`, {
    headers: {
      "last-event-id": String(after),
      ...(key === undefined ? {} : { "x-api-key": key }),
    },
  });
  if (response.status === 204) return { last: after, over: true };
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  let last = after;
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n\n"); end !== -1; end = text.indexOf("\n\n")) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const id = /^id: (\d+)$/m.exec(block)?.[1];
      if (id === undefined) continue;
      last = Number(id);
      const type = /^event: (\w+)$/m.exec(block)?.[1] ?? "";
      process.stdout.write(`${id}\t${type}\n`);
      if (type === "SessionSealed") return { last, over: true };
    }
  }
  return { last, over: false };
}

for (let last = 0, over = false; !over; ) {
  try {
    ({ last, over } = await tail(last));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${text}; trying again\n`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}
