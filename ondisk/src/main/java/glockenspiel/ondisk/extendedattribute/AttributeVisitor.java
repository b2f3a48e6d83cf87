package glockenspiel.ondisk.extendedattribute;

/**
 * Is shown the blocks of an inode's extended attributes by {@link ExtendedAttributes#forEachBlock}.
 */
public interface AttributeVisitor {
  /**
   * The block of pointers to attribute blocks, before these.
   *
   * @param block its number
   */
  void indirect(long block);

  /**
   * A block of attributes, before the blocks of their values.
   *
   * @param attributes its content, all records checked
   */
  void attributes(AttributeBlock attributes);

  /**
   * A block of a value.
   *
   * @param block its number
   */
  void value(long block);
}
