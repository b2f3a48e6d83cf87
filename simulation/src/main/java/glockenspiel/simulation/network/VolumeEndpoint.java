package glockenspiel.simulation.network;

import glockenspiel.protocol.storage.StoragePort;
import glockenspiel.runtime.task.deterministic.DeterministicOwner;

/** One life of a journal-service process, as the network sees it. */
public interface VolumeEndpoint {
  /** Runs it; stopped when the process has died. */
  DeterministicOwner owner();

  /** Whether it serves the volume: it has opened it, and has not died. */
  boolean isServing();

  /** The volume. Called on the owner; its promises are completed there. */
  StoragePort volume();
}
