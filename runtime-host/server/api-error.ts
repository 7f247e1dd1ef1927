import type { Diagnostic } from "../../ir/index.ts";

/** An answer in OpenAI's form of an error. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string | null;
  };
}

/** What a client did wrong, or what the server cannot do now: thrown by handlers, rendered in one place. */
export class ApiError extends Error {
  readonly status: number;
  readonly type: string;
  readonly param: string | null;
  readonly code: string | null;

  constructor(
    status: number,
    message: string,
    details: { readonly type?: string; readonly param?: string; readonly code?: string } = {},
  ) {
    super(message);
    this.status = status;
    this.type = details.type ?? (status >= 500 ? "server_error" : "invalid_request_error");
    this.param = details.param ?? null;
    this.code = details.code ?? null;
  }

  get body(): ErrorBody {
    const { message, type, param, code } = this;
    return { error: { message, type, param, code } };
  }
}

/** A diagnostic as an answer: the client's mistake, with what to do about it. */
export function refusal(diagnostics: readonly Diagnostic[], param?: string): ApiError {
  return described(400, diagnostics, param);
}

/** A diagnostic as an answer: the device failed. */
export function failure(diagnostics: readonly Diagnostic[]): ApiError {
  return described(500, diagnostics);
}

function described(status: number, [first]: readonly Diagnostic[], param?: string): ApiError {
  const text = [first?.message, first?.hint].filter((part) => part !== undefined).join("; ");
  const code = first?.code;
  return new ApiError(status, text === "" ? "the request cannot be served" : text, {
    ...(param === undefined ? {} : { param }),
    ...(code === undefined ? {} : { code }),
  });
}
