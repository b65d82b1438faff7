/**
 * A circuit breaker: after so many failures in a row nothing is asked for a while.
 *
 * I1. Closed: all pass. Open: none passes. After `cooldownMs` one probe passes; its success closes,
 *     its failure opens again.
 * I2. Only failures of the service count; a refusal, a bad request or a rate limit says that it lives.
 */
import type { Clock } from "../../session/ports.ts";

export interface Breaker {
  /** False while the circuit is open. A true one must be followed by `succeeded` or `failed`. */
  admits(): boolean;
  succeeded(): void;
  failed(): void;
  /** The attempt ended without saying anything of the service, such as a cancellation. */
  dropped(): void;
}

export interface BreakerOptions {
  /** Failures in a row that open the circuit; 0 = never. */
  readonly failures: number;
  readonly cooldownMs: number;
  readonly clock: Clock;
}

export function createBreaker({ failures, cooldownMs, clock }: BreakerOptions): Breaker {
  let inRow = 0;
  let openedAt: number | null = null;
  let probing = false;
  return {
    admits() {
      if (openedAt === null) return true;
      if (probing || clock.now() - openedAt < cooldownMs) return false;
      probing = true;
      return true;
    },
    succeeded() {
      inRow = 0;
      openedAt = null;
      probing = false;
    },
    failed() {
      inRow += 1;
      probing = false;
      if (failures > 0 && inRow >= failures) openedAt = clock.now();
    },
    dropped() {
      probing = false;
    },
  };
}
