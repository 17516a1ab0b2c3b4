import { QueryClientProvider } from '@tanstack/react-query'
import { Route, Switch } from 'wouter'
import { ErrorBoundary } from '../components/ui/error-boundary.tsx'
import { TooltipProvider } from '../components/ui/tooltip.tsx'
import { queryClient, tsr } from '../lib/api.ts'
import { threadPattern } from '../lib/thread-path.ts'
import { NotFound } from './not-found.tsx'
import { PageFailure } from './page-failure.tsx'
import { RuntimeProvider } from './runtime-provider.tsx'
import { Shell } from './shell.tsx'
import { ThreadPage } from './thread-page.tsx'

export function App() {
  return (
    <ErrorBoundary fallback={<PageFailure />}>
      <QueryClientProvider client={queryClient}>
        <tsr.ReactQueryProvider>
          <TooltipProvider>
            <RuntimeProvider>
              <Shell>
                <Routes />
              </Shell>
            </RuntimeProvider>
          </TooltipProvider>
        </tsr.ReactQueryProvider>
      </QueryClientProvider>
    </ErrorBoundary>
  )
}

function Routes() {
  return (
    <Switch>
      <Route path={threadPattern}>
        <ThreadPage />
      </Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  )
}
