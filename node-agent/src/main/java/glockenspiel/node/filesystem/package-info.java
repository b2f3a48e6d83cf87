/**
 * The file system as a node changes it: allocation in resource groups, inodes, directories, files,
 * statfs. Plain blocking code that runs in tasks, under glocks, inside transactions. The mount
 * calls in, and the file service; it imports glock, transaction, withdraw and ondisk.
 *
 * <p>Order of glocks, so that no two nodes wait for each other: a directory before what it
 * contains, an inode before a resource group, of several resource groups the lower number first.
 * System inodes (inum, statfs, a node's own files) are taken while no other glock that somebody may
 * wait for is held. Inside a transaction no glock is taken.
 */
@NullMarked
package glockenspiel.node.filesystem;

import org.jspecify.annotations.NullMarked;
