// Made by generate.mjs. Do not edit.
/**
 * The whole document. Its parts are values; the flow itself may be built up step by step.
 */
export interface Flow {
  format?: number;
  /**
   * Made once (`f_7k2m9q`); what the store knows the flow by, wherever its file lies.
   */
  id: string;
  name?: string;
  description?: string;
  inputs?: FlowInput[];
  /**
   * Name -> `node.port`: what the flow hands to whoever asks for its result.
   */
  outputs?: {
    [k: string]: string;
  };
  /**
   * Globs below the project folder: data that runs carry along.
   */
  files?: string[];
  /**
   * Where its code and notebook nodes run: a kernelspec, or the folder of a virtual environment (with a `/` in it);
   * empty for `python3`.
   */
  kernel?: string;
  nodes?: Node[];
  edges?: Edge[];
  groups?: {
    [k: string]: unknown;
  }[];
  notes?: {
    [k: string]: unknown;
  }[];
  layout?: {
    [k: string]: {
      [k: string]: unknown;
    };
  };
  metadata?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * A value that whoever starts a run may give.
 */
export interface FlowInput {
  name: string;
  type?: 'text' | 'integer' | 'number' | 'boolean' | 'date' | 'choice' | 'json' | 'file' | 'table';
  title?: string;
  default?: {
    [k: string]: unknown;
  };
  choices?: string[];
  required?: boolean;
  [k: string]: unknown;
}
/**
 * One box of a flow.
 */
export interface Node {
  id: string;
  type: string;
  version?: number;
  name?: string;
  description?: string;
  parent?: string;
  /**
   * Values or references. For code and notebook nodes: their settings.
   */
  params?: {
    [k: string]: unknown;
  };
  /**
   * Lines of a code node.
   */
  source?: string[];
  /**
   * A notebook node's file, below the project folder.
   */
  path?: string;
  execution?: Execution;
  metadata?: {
    [k: string]: unknown;
  };
  [k: string]: unknown;
}
/**
 * How a node's steps are executed.
 */
export interface Execution {
  /**
   * Seconds.
   */
  timeout?: number | null;
  /**
   * `512MB`, `4GB`; empty for the default of the settings.
   */
  memory?: string;
  /**
   * CPU seconds that a step's processes may use together.
   */
  cpu?: number | null;
  retry?: Retry;
  on_failure?: 'fail' | 'continue';
  /**
   * `never`: at most once; a lost attempt leaves the step `unknown` for a person to decide.
   */
  repeat?: 'allow' | 'never';
  /**
   * For code and notebook nodes; they count as `reads` unless they say more.
   */
  effect?: '' | 'pure' | 'reads' | 'writes';
  /**
   * For code and notebook nodes: a kernelspec, or the folder of a virtual environment (with a `/` in it); empty for
   * the flow's.
   */
  kernel?: string;
  [k: string]: unknown;
}
/**
 * How often a failed step is tried again, and when.
 */
export interface Retry {
  times?: number;
  /**
   * Seconds before the second attempt.
   */
  wait?: number;
  /**
   * Each wait is this many times the one before.
   */
  factor?: number;
  longest?: number;
  /**
   * Error codes (`timed_out`, `http`) or faults (`user`, `system`); empty: whatever says it is retryable.
   */
  on?: string[];
  [k: string]: unknown;
}
/**
 * A wire. `from` and `to` are `node.port`, or `node` alone for an edge that carries no data.
 */
export interface Edge {
  from: string;
  to: string;
  when?: 'success' | 'failure' | 'always';
  [k: string]: unknown;
}
