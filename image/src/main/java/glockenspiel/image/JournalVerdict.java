package glockenspiel.image;

/**
 * What the caller's own check found about one journal; {@link ImageCheck} does not read journals.
 *
 * @param jid number of the journal
 * @param clean whether nothing waits for replay
 * @param text if it is not clean: why, in a few words
 */
public record JournalVerdict(int jid, boolean clean, String text) {}
