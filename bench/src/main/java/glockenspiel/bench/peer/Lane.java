package glockenspiel.bench.peer;

import java.util.concurrent.CompletionStage;

/** One user of one lock: locks and unlocks it in turns. */
interface Lane {
  /** Done when the lock is held; waits for its holder as long as it takes. */
  CompletionStage<?> lock();

  /** Done when the lock is free as far as the service is concerned. */
  CompletionStage<?> unlock();
}
