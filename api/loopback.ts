/** Names and addresses of this machine alone. */

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
