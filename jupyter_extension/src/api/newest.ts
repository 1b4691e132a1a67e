/**
 * Asks one question at a time. Of those that come meanwhile only the newest is asked, when it can be; the others are
 * answered by null, for nobody waits for them any more.
 */
export function newest<Q, A>(ask: (question: Q) => Promise<A>): (question: Q) => Promise<A | null> {
  let asking: Promise<unknown> = Promise.resolve();
  let last = 0;
  return question => {
    const number = ++last;
    const answer = asking.then(() => (number === last ? ask(question) : null));
    asking = answer.catch(() => null);
    return answer;
  };
}
