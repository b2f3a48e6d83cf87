package glockenspiel.journal.grpc;

import glockenspiel.journal.core.Volume;
import glockenspiel.protocol.storage.VolumeInfo;
import glockenspiel.runtime.task.SerialOwner;

/**
 * A volume and the owner that it belongs to.
 *
 * @param info what does not change while it is served
 */
public record ServedVolume(VolumeInfo info, Volume volume, SerialOwner owner) {}
