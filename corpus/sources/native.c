static const char where[] = __FILE__;

unsigned native(unsigned value)
{
    return value * NATIVE_FACTOR + (unsigned char) where[0];
}
