/** The address of the shipped model for a size of Sudoku. */
export const shippedModel = (size: number): string => `./weights/sudoku-${size}x${size}.safetensors`;
