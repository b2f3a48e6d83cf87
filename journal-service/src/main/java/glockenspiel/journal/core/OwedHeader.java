package glockenspiel.journal.core;

import glockenspiel.ondisk.log.SealedHeader;
import glockenspiel.runtime.task.Promise;
import org.jspecify.annotations.Nullable;

/**
 * The log header that a flush still owes: it was acknowledged on the strength of its seal. The
 * header goes to the device once, with the next flush or alone.
 */
final class OwedHeader {
  private final SealedHeader sealed;
  private final long sinceNanos;
  private final Promise<@Nullable Void> durable = new Promise<>();
  private boolean handedOver;

  OwedHeader(SealedHeader sealed, long sinceNanos) {
    this.sealed = sealed;
    this.sinceNanos = sinceNanos;
  }

  /** The header; to be called by whoever gives it to the device, and ends the promise then. */
  SealedHeader handOver() {
    if (handedOver) {
      throw new IllegalStateException("header " + sealed.header().sequence() + " is written twice");
    }
    handedOver = true;
    return sealed;
  }

  boolean isHandedOver() {
    return handedOver;
  }

  /** When its flush was acknowledged, or found. */
  long sinceNanos() {
    return sinceNanos;
  }

  /** Done when the header is durable. */
  Promise<@Nullable Void> durable() {
    return durable;
  }

  void end(@Nullable RuntimeException failure) {
    if (failure == null) {
      durable.complete(null);
    } else {
      durable.fail(failure);
    }
  }
}
