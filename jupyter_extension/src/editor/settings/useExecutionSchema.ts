import type { TranslationBundle } from '@jupyterlab/translation';
import { useMemo } from 'react';

import { flowSchema } from '../../_generated/flowSchema';
import type { IFormSchema } from '../../model/form';
import { useEditor } from '../context';

/** The flow's own schema of an execution, in words for people. */
export function useExecutionSchema(ofCode: boolean): IFormSchema {
  const { trans } = useEditor();
  return useMemo(() => {
    const { Execution, Retry } = flowSchema.$defs as Record<string, IFormSchema>;
    const known = described(Execution, executionWords(trans));
    const { effect, kernel, ...properties } = known.properties!;
    return {
      $defs: { Retry: described(Retry, retryWords(trans)) },
      properties: ofCode ? { ...properties, effect, kernel } : properties
    };
  }, [trans, ofCode]);
}

type Words = Readonly<Record<string, readonly [string, string]>>;

function described(schema: IFormSchema, words: Words): IFormSchema {
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, field]) =>
      [name, name in words ? { ...field, title: words[name][0], description: words[name][1] } : field] as const
  );
  return { ...schema, properties: Object.fromEntries(fields) };
}

function executionWords(trans: TranslationBundle): Words {
  return {
    timeout: [trans.__('Time limit'), trans.__('Seconds after which an attempt is ended. Empty: none.')],
    memory: [trans.__('Memory limit'), trans.__('For example 512MB or 4GB. Empty: that of the service.')],
    cpu: [trans.__('Processor limit'), trans.__('Processor seconds that a step may use. Empty: none.')],
    retry: [trans.__('Retries'), ''],
    on_failure: [trans.__('On failure'), trans.__('fail: the run fails. continue: the run may succeed all the same.')],
    repeat: [trans.__('Repeat'), trans.__('never: it runs at most once; if it gets lost, a person decides.')],
    effect: [trans.__('Effect'), trans.__('pure: its result may be used again. writes: it changes the outside world.')],
    kernel: [trans.__('Kernel'), trans.__("A kernel's name, or the folder of an environment. Empty: that of the flow.")]
  };
}

function retryWords(trans: TranslationBundle): Words {
  return {
    times: [trans.__('How often'), trans.__('More attempts after the first, at most 100.')],
    wait: [trans.__('First wait'), trans.__('Seconds before the second attempt.')],
    factor: [trans.__('Growth'), trans.__('Each further wait is this many times the one before.')],
    longest: [trans.__('Longest wait'), trans.__('Seconds.')],
    on: [trans.__('Only for'), trans.__('Kinds of failures, such as timed_out. Empty: those that may pass.')]
  };
}
