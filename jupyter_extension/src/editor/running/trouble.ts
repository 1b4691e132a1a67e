import { ApiError } from '../../api/client';

/** Something that did not work, in words for people. */
export interface ITrouble {
  readonly message: string;
  readonly cure: string;
}

export function troubleOf(error: unknown): ITrouble {
  if (error instanceof ApiError) {
    return { message: error.message, cure: error.cure };
  }
  return { message: error instanceof Error ? error.message : String(error), cure: '' };
}
