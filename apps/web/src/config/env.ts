/** Where the API is, without a slash at the end; '' for the page's own origin. */
export const apiUrl: string = (import.meta.env['VITE_API_URL'] as string | undefined) ?? ''
