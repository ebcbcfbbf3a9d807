import { z } from 'zod';

/**
 * An option that is a text, such as the name of a folder. What looks like a number comes as one; an option given twice, as
 * `--no-...` or without a value is none.
 */
export const textOption = (expected = 'expected one text') =>
  z
    .union([z.string(), z.number()], { error: expected })
    .transform(String)
    .pipe(z.string().min(1, { error: expected }));
