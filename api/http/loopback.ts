/** Names and addresses of this machine alone. */
import { MmmError } from "../../schemas/errors.ts";

/** True for a listening address that only this machine can reach. */
export function isLoopbackAddress(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** True for a Host header that names loopback, with or without port. */
export function isLoopbackHost(header: string | undefined): boolean {
  if (header === undefined) return false;
  const name = header.startsWith("[")
    ? header.slice(1, header.indexOf("]"))
    : header.split(":", 1)[0];
  return isLoopbackAddress(name ?? "");
}

/** Throws the 403 of a request that a foreign name or a foreign web page leads here. */
export function requireLocal(
  { host, origin }: { readonly host?: string | undefined; readonly origin?: string | undefined },
  ownOrigins: readonly string[],
): void {
  const isOwnPage =
    origin === undefined ||
    ownOrigins.includes(origin) ||
    (URL.canParse(origin) && isLoopbackHost(new URL(origin).host));
  if (isLoopbackHost(host) && isOwnPage) return;
  throw new MmmError("unauthorized", "without keys only this machine's own names are served", {
    data: { http: 403 },
  });
}
