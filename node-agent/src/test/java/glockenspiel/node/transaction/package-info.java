/** Tests of the log's parts. How they work together is tested through the file system. */
@NullMarked
package glockenspiel.node.transaction;

import org.jspecify.annotations.NullMarked;
