/** The body of a refusal, in the form that its route speaks. */
import { MmmError } from "../../schemas/errors.ts";
import { createProblemFrom, PROBLEM_TYPE, getHttpStatus } from "./problem.ts";
import type { ErrorStyle } from "./route.ts";

/** An error as it goes over the wire. */
export interface ErrorBody {
  readonly status: number;
  readonly type: string;
  readonly json: unknown;
}

/** Forms of errors besides problem documents; null = a problem document is right here too. */
export type ErrorForms = Readonly<
  Partial<Record<ErrorStyle, (error: unknown, instance: string) => ErrorBody | null>>
>;

interface Occasion {
  readonly style: ErrorStyle;
  readonly instance: string;
  readonly forms: ErrorForms | undefined;
}

export function createErrorBody(error: unknown, { style, instance, forms }: Occasion): ErrorBody {
  const formed = forms?.[style]?.(error, instance);
  if (formed !== undefined && formed !== null) return formed;
  return {
    status: getHttpStatus(error),
    type: PROBLEM_TYPE,
    json: createProblemFrom(error, instance),
  };
}

/** The framework's own refusals (too large, unknown media type) with a code of the product. */
export function toProductError(error: unknown): unknown {
  if (error instanceof MmmError) return error;
  const { statusCode, message } = error as { statusCode?: number; message?: string };
  if (statusCode === undefined || statusCode < 400 || statusCode > 499) return error;
  return new MmmError("usage", message ?? "the request is not valid", {
    data: { http: statusCode },
    cause: error,
  });
}
