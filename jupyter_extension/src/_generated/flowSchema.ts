// Made by generate.mjs. Do not edit.
import type { ISchema } from '../model/schema';

export const flowSchema: ISchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $defs: {
    Edge: {
      additionalProperties: true,
      description: 'A wire. `from` and `to` are `node.port`, or `node` alone for an edge that carries no data.',
      properties: {
        from: { title: 'From', type: 'string' },
        to: { title: 'To', type: 'string' },
        when: { default: 'success', enum: ['success', 'failure', 'always'], title: 'When', type: 'string' }
      },
      required: ['from', 'to'],
      title: 'Edge',
      type: 'object'
    },
    Execution: {
      additionalProperties: true,
      description: "How a node's steps are executed.",
      properties: {
        timeout: {
          anyOf: [{ exclusiveMinimum: 0, type: 'number' }, { type: 'null' }],
          default: null,
          description: 'Seconds.',
          title: 'Timeout'
        },
        memory: {
          default: '',
          description: '`512MB`, `4GB`; empty for the default of the settings.',
          title: 'Memory',
          type: 'string'
        },
        cpu: {
          anyOf: [{ exclusiveMinimum: 0, type: 'number' }, { type: 'null' }],
          default: null,
          description: "CPU seconds that a step's processes may use together.",
          title: 'Cpu'
        },
        retry: { $ref: '#/$defs/Retry', default: { times: 0, wait: 1, factor: 2, longest: 300, on: [] } },
        on_failure: { default: 'fail', enum: ['fail', 'continue'], title: 'On Failure', type: 'string' },
        repeat: {
          default: 'allow',
          description: '`never`: at most once; a lost attempt leaves the step `unknown` for a person to decide.',
          enum: ['allow', 'never'],
          title: 'Repeat',
          type: 'string'
        },
        effect: {
          default: '',
          description: 'For code and notebook nodes; they count as `reads` unless they say more.',
          enum: ['', 'pure', 'reads', 'writes'],
          title: 'Effect',
          type: 'string'
        },
        kernel: {
          default: '',
          description:
            "For code and notebook nodes: a kernelspec, or the folder of a virtual environment (with a `/` in it); empty for\nthe flow's.",
          title: 'Kernel',
          type: 'string'
        }
      },
      title: 'Execution',
      type: 'object'
    },
    FlowInput: {
      additionalProperties: true,
      description: 'A value that whoever starts a run may give.',
      properties: {
        name: { title: 'Name', type: 'string' },
        type: {
          default: 'text',
          enum: ['text', 'integer', 'number', 'boolean', 'date', 'choice', 'json', 'file', 'table'],
          title: 'Type',
          type: 'string'
        },
        title: { default: '', title: 'Title', type: 'string' },
        default: { default: null, title: 'Default' },
        choices: { items: { type: 'string' }, title: 'Choices', type: 'array' },
        required: { default: false, title: 'Required', type: 'boolean' }
      },
      required: ['name'],
      title: 'FlowInput',
      type: 'object'
    },
    Node: {
      additionalProperties: true,
      description: 'One box of a flow.',
      properties: {
        id: { pattern: '^[a-z][a-z0-9_]{0,62}$', title: 'Id', type: 'string' },
        type: { title: 'Type', type: 'string' },
        version: { default: 1, title: 'Version', type: 'integer' },
        name: { default: '', title: 'Name', type: 'string' },
        description: { default: '', title: 'Description', type: 'string' },
        parent: { default: '', title: 'Parent', type: 'string' },
        params: {
          additionalProperties: true,
          description: 'Values or references. For code and notebook nodes: their settings.',
          title: 'Params',
          type: 'object'
        },
        source: { description: 'Lines of a code node.', items: { type: 'string' }, title: 'Source', type: 'array' },
        path: {
          default: '',
          description: "A notebook node's file, below the project folder.",
          title: 'Path',
          type: 'string'
        },
        execution: {
          $ref: '#/$defs/Execution',
          default: {
            timeout: null,
            memory: '',
            cpu: null,
            retry: { factor: 2, longest: 300, on: [], times: 0, wait: 1 },
            on_failure: 'fail',
            repeat: 'allow',
            effect: '',
            kernel: ''
          }
        },
        metadata: { additionalProperties: true, title: 'Metadata', type: 'object' }
      },
      required: ['id', 'type'],
      title: 'Node',
      type: 'object'
    },
    Retry: {
      additionalProperties: true,
      description: 'How often a failed step is tried again, and when.',
      properties: {
        times: { default: 0, maximum: 100, minimum: 0, title: 'Times', type: 'integer' },
        wait: {
          default: 1,
          description: 'Seconds before the second attempt.',
          minimum: 0,
          title: 'Wait',
          type: 'number'
        },
        factor: {
          default: 2,
          description: 'Each wait is this many times the one before.',
          minimum: 1,
          title: 'Factor',
          type: 'number'
        },
        longest: { default: 300, minimum: 0, title: 'Longest', type: 'number' },
        on: {
          description:
            'Error codes (`timed_out`, `http`) or faults (`user`, `system`); empty: whatever says it is retryable.',
          items: { type: 'string' },
          title: 'On',
          type: 'array'
        }
      },
      title: 'Retry',
      type: 'object'
    }
  },
  additionalProperties: true,
  description: 'The whole document. Its parts are values; the flow itself may be built up step by step.',
  properties: {
    format: { default: 1, title: 'Format', type: 'integer' },
    id: {
      description: 'Made once (`f_7k2m9q`); what the store knows the flow by, wherever its file lies.',
      minLength: 1,
      title: 'Id',
      type: 'string'
    },
    name: { default: '', title: 'Name', type: 'string' },
    description: { default: '', title: 'Description', type: 'string' },
    inputs: { items: { $ref: '#/$defs/FlowInput' }, title: 'Inputs', type: 'array' },
    outputs: {
      additionalProperties: { type: 'string' },
      description: 'Name -> `node.port`: what the flow hands to whoever asks for its result.',
      title: 'Outputs',
      type: 'object'
    },
    files: {
      description: 'Globs below the project folder: data that runs carry along.',
      items: { type: 'string' },
      title: 'Files',
      type: 'array'
    },
    kernel: {
      default: '',
      description:
        'Where its code and notebook nodes run: a kernelspec, or the folder of a virtual environment (with a `/` in it);\nempty for `python3`.',
      title: 'Kernel',
      type: 'string'
    },
    nodes: { items: { $ref: '#/$defs/Node' }, title: 'Nodes', type: 'array' },
    edges: { items: { $ref: '#/$defs/Edge' }, title: 'Edges', type: 'array' },
    groups: { items: { additionalProperties: true, type: 'object' }, title: 'Groups', type: 'array' },
    notes: { items: { additionalProperties: true, type: 'object' }, title: 'Notes', type: 'array' },
    layout: { additionalProperties: { additionalProperties: true, type: 'object' }, title: 'Layout', type: 'object' },
    metadata: { additionalProperties: true, title: 'Metadata', type: 'object' }
  },
  required: ['id'],
  title: 'Flow',
  type: 'object'
};
