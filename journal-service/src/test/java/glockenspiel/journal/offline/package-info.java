/** Tests of volumes on image files, beside gfs2-utils where these are installed. */
@NullMarked
package glockenspiel.journal.offline;

import org.jspecify.annotations.NullMarked;
