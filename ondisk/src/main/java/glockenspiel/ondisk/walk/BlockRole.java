package glockenspiel.ondisk.walk;

/** What a block is to its inode. */
public enum BlockRole {
  /** The inode itself. */
  DINODE,
  /** Pointers to blocks of content. */
  INDIRECT,
  /** Content of a file. */
  DATA,
  /** Part of a directory's hash table. */
  HASH_TABLE,
  /** A leaf of a directory. */
  LEAF,
  /** Pointers to blocks of extended attributes. */
  ATTRIBUTE_INDIRECT,
  /** Extended attributes. */
  ATTRIBUTES,
  /** The value of an extended attribute. */
  ATTRIBUTE_VALUE
}
