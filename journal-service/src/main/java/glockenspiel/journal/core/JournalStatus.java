package glockenspiel.journal.core;

import glockenspiel.protocol.storage.JournalCheck;
import org.jspecify.annotations.Nullable;

/**
 * A journal as the service sees it now, without looking at the device.
 *
 * @param epoch the newest that was given out; 0 for none
 * @param nodeName who got it; empty for nobody
 * @param check what the last look or the last write showed; null when there was none yet
 * @param reason why it is in this state; empty since the volume was opened
 */
public record JournalStatus(
    int jid,
    FencingState fencing,
    long epoch,
    String nodeName,
    @Nullable JournalCheck check,
    String reason) {}
