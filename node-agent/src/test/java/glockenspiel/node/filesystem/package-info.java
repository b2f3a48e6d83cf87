/** Tests of the file system on images that mkfs.gfs2 made, over storage and glocks in memory. */
@NullMarked
package glockenspiel.node.filesystem;

import org.jspecify.annotations.NullMarked;
