/**
 * The journal-service as a program: its settings, and what starts it. Only the command calls in; it
 * imports everything of the journal-service.
 */
@NullMarked
package glockenspiel.journal.app;

import org.jspecify.annotations.NullMarked;
