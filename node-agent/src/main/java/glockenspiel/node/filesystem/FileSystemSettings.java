package glockenspiel.node.filesystem;

import glockenspiel.node.transaction.LogSettings;

/**
 * What a mount is told beside its ports.
 *
 * @param log sizes and delays of log and cache
 * @param clock for the times in inodes
 */
public record FileSystemSettings(LogSettings log, WallClock clock) {}
