/** Tests of the glock cache and of the session. */
@NullMarked
package glockenspiel.node.glock;

import org.jspecify.annotations.NullMarked;
