import { useEditor } from './context';
import { useSignal } from './useSignal';

/** Why the service cannot be reached; empty while it can, or nobody knows yet. */
export function useServiceTrouble(): string {
  const { stream } = useEditor();
  return useSignal(stream.serviceChanged, () => stream.trouble);
}
