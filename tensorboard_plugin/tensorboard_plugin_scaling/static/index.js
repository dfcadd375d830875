// Built from tensorboard_plugin/frontend; source-hash: c211c57b3c7f0ff588848a6a91bcfd98da5e288a3935b651f302a611258e5397
var Ee=class extends Error{};async function or(t){let{body:e}=await nn("version",{},t);return e.version}async function ar(t,e){return(await nn("runs",lr(t),e)).body}async function sr(t,e){let n={form:t.form,x:t.x,level:String(t.level),...lr(t)},{body:r,sentAt:i}=await nn("fit",n,e),o=r.reason===null?Math.max(0,i-r.fitted_at):0;return{...r,ageSeconds:o,asked:t}}function lr({loss:t,paramConvention:e,runs:n}){return{loss:t,param_convention:e,runs:n}}async function nn(t,e,n){let r=new URLSearchParams(e).toString(),i;try{i=await fetch(r?`./${t}?${r}`:`./${t}`,{signal:n})}catch(s){throw n.aborted?s:new Ee("TensorBoard does not answer. Trying again every few seconds.")}let o=await i.json().catch(()=>({}));if(!i.ok){let s=o.error;throw new Ee(typeof s=="string"?s:`TensorBoard answered ${i.status}.`)}let a=Date.parse(i.headers.get("Date")??"");return{body:o,sentAt:(Number.isNaN(a)?Date.now():a)/1e3}}var ie=11102230246251565e-32,j=134217729,Lo=(3+8*ie)*ie;function rn(t,e,n,r,i){let o,a,s,l,f=e[0],u=r[0],c=0,d=0;u>f==u>-f?(o=f,f=e[++c]):(o=u,u=r[++d]);let p=0;if(c<t&&d<n)for(u>f==u>-f?(a=f+o,s=o-(a-f),f=e[++c]):(a=u+o,s=o-(a-u),u=r[++d]),o=a,s!==0&&(i[p++]=s);c<t&&d<n;)u>f==u>-f?(a=o+f,l=a-o,s=o-(a-l)+(f-l),f=e[++c]):(a=o+u,l=a-o,s=o-(a-l)+(u-l),u=r[++d]),o=a,s!==0&&(i[p++]=s);for(;c<t;)a=o+f,l=a-o,s=o-(a-l)+(f-l),f=e[++c],o=a,s!==0&&(i[p++]=s);for(;d<n;)a=o+u,l=a-o,s=o-(a-l)+(u-l),u=r[++d],o=a,s!==0&&(i[p++]=s);return(o!==0||p===0)&&(i[p++]=o),p}function Co(t,e){let n=e[0];for(let r=1;r<t;r++)n+=e[r];return n}function g(t){return new Float64Array(t)}var Po=(3+16*ie)*ie,Oo=(2+12*ie)*ie,Io=(9+64*ie)*ie*ie,$e=g(4),fr=g(8),cr=g(12),dr=g(16),U=g(4);function Ho(t,e,n,r,i,o,a){let s,l,f,u,c,d,p,b,m,y,x,v,M,T,N,$,O,C,_=t-i,S=n-i,A=e-o,w=r-o;T=_*w,d=j*_,p=d-(d-_),b=_-p,d=j*w,m=d-(d-w),y=w-m,N=b*y-(T-p*m-b*m-p*y),$=A*S,d=j*A,p=d-(d-A),b=A-p,d=j*S,m=d-(d-S),y=S-m,O=b*y-($-p*m-b*m-p*y),x=N-O,c=N-x,$e[0]=N-(x+c)+(c-O),v=T+x,c=v-T,M=T-(v-c)+(x-c),x=M-$,c=M-x,$e[1]=M-(x+c)+(c-$),C=v+x,c=C-v,$e[2]=v-(C-c)+(x-c),$e[3]=C;let P=Co(4,$e),L=Oo*a;if(P>=L||-P>=L||(c=t-_,s=t-(_+c)+(c-i),c=n-S,f=n-(S+c)+(c-i),c=e-A,l=e-(A+c)+(c-o),c=r-w,u=r-(w+c)+(c-o),s===0&&l===0&&f===0&&u===0)||(L=Io*a+Lo*Math.abs(P),P+=_*u+w*s-(A*f+S*l),P>=L||-P>=L))return P;T=s*w,d=j*s,p=d-(d-s),b=s-p,d=j*w,m=d-(d-w),y=w-m,N=b*y-(T-p*m-b*m-p*y),$=l*S,d=j*l,p=d-(d-l),b=l-p,d=j*S,m=d-(d-S),y=S-m,O=b*y-($-p*m-b*m-p*y),x=N-O,c=N-x,U[0]=N-(x+c)+(c-O),v=T+x,c=v-T,M=T-(v-c)+(x-c),x=M-$,c=M-x,U[1]=M-(x+c)+(c-$),C=v+x,c=C-v,U[2]=v-(C-c)+(x-c),U[3]=C;let F=rn(4,$e,4,U,fr);T=_*u,d=j*_,p=d-(d-_),b=_-p,d=j*u,m=d-(d-u),y=u-m,N=b*y-(T-p*m-b*m-p*y),$=A*f,d=j*A,p=d-(d-A),b=A-p,d=j*f,m=d-(d-f),y=f-m,O=b*y-($-p*m-b*m-p*y),x=N-O,c=N-x,U[0]=N-(x+c)+(c-O),v=T+x,c=v-T,M=T-(v-c)+(x-c),x=M-$,c=M-x,U[1]=M-(x+c)+(c-$),C=v+x,c=C-v,U[2]=v-(C-c)+(x-c),U[3]=C;let R=rn(F,fr,4,U,cr);T=s*u,d=j*s,p=d-(d-s),b=s-p,d=j*u,m=d-(d-u),y=u-m,N=b*y-(T-p*m-b*m-p*y),$=l*f,d=j*l,p=d-(d-l),b=l-p,d=j*f,m=d-(d-f),y=f-m,O=b*y-($-p*m-b*m-p*y),x=N-O,c=N-x,U[0]=N-(x+c)+(c-O),v=T+x,c=v-T,M=T-(v-c)+(x-c),x=M-$,c=M-x,U[1]=M-(x+c)+(c-$),C=v+x,c=C-v,U[2]=v-(C-c)+(x-c),U[3]=C;let H=rn(R,cr,4,U,dr);return dr[H-1]}function at(t,e,n,r,i,o){let a=(e-o)*(n-i),s=(t-i)*(r-o),l=a-s,f=Math.abs(a+s);return Math.abs(l)>=Po*f?l:-Ho(t,e,n,r,i,o,f)}g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(8);g(8);g(8);g(4);g(8);g(8);g(16);g(12);g(192);g(192);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(8);g(8);g(8);g(8);g(8);g(8);g(8);g(8);g(8);g(4);g(4);g(4);g(8);g(16);g(16);g(16);g(32);g(32);g(48);g(64);g(1152);g(1152);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(4);g(24);g(24);g(24);g(24);g(24);g(24);g(24);g(24);g(24);g(24);g(1152);g(1152);g(1152);g(1152);g(1152);g(2304);g(2304);g(3456);g(5760);g(8);g(8);g(8);g(16);g(24);g(48);g(48);g(96);g(192);g(384);g(384);g(384);g(768);g(96);g(96);g(96);g(1152);var ur=Math.pow(2,-52),st=new Uint32Array(512),lt=class t{static from(e,n=Vo,r=Do){let i=e.length,o=new Float64Array(i*2);for(let a=0;a<i;a++){let s=e[a];o[2*a]=n(s),o[2*a+1]=r(s)}return new t(o)}constructor(e){let n=e.length>>1;if(n>0&&typeof e[0]!="number")throw new Error("Expected coords to contain numbers.");this.coords=e;let r=Math.max(2*n-5,0);this._triangles=new Uint32Array(r*3),this._halfedges=new Int32Array(r*3),this._hashSize=Math.ceil(Math.sqrt(n)),this._hullPrev=new Uint32Array(n),this._hullNext=new Uint32Array(n),this._hullTri=new Uint32Array(n),this._hullHash=new Int32Array(this._hashSize),this._ids=new Uint32Array(n),this._dists=new Float64Array(n),this.trianglesLen=0,this._cx=0,this._cy=0,this._hullStart=0,this.hull=this._triangles,this.triangles=this._triangles,this.halfedges=this._halfedges,this.update()}update(){let{coords:e,_hullPrev:n,_hullNext:r,_hullTri:i,_hullHash:o}=this,a=e.length>>1,s=1/0,l=1/0,f=-1/0,u=-1/0;for(let _=0;_<a;_++){let S=e[2*_],A=e[2*_+1];S<s&&(s=S),A<l&&(l=A),S>f&&(f=S),A>u&&(u=A),this._ids[_]=_}let c=(s+f)/2,d=(l+u)/2,p=0,b=0,m=0;for(let _=0,S=1/0;_<a;_++){let A=on(c,d,e[2*_],e[2*_+1]);A<S&&(p=_,S=A)}let y=e[2*p],x=e[2*p+1];for(let _=0,S=1/0;_<a;_++){if(_===p)continue;let A=on(y,x,e[2*_],e[2*_+1]);A<S&&A>0&&(b=_,S=A)}let v=e[2*b],M=e[2*b+1],T=1/0;for(let _=0;_<a;_++){if(_===p||_===b)continue;let S=Go(y,x,v,M,e[2*_],e[2*_+1]);S<T&&(m=_,T=S)}let N=e[2*m],$=e[2*m+1];if(T===1/0){for(let A=0;A<a;A++)this._dists[A]=e[2*A]-e[0]||e[2*A+1]-e[1];Ne(this._ids,this._dists,0,a-1);let _=new Uint32Array(a),S=0;for(let A=0,w=-1/0;A<a;A++){let P=this._ids[A],L=this._dists[P];L>w&&(_[S++]=P,w=L)}this.hull=_.subarray(0,S),this.triangles=new Uint32Array(0),this.halfedges=new Int32Array(0);return}if(at(y,x,v,M,N,$)<0){let _=b,S=v,A=M;b=m,v=N,M=$,m=_,N=S,$=A}let O=Bo(y,x,v,M,N,$);this._cx=O.x,this._cy=O.y;for(let _=0;_<a;_++)this._dists[_]=on(e[2*_],e[2*_+1],O.x,O.y);Ne(this._ids,this._dists,0,a-1),this._hullStart=p;let C=3;r[p]=n[m]=b,r[b]=n[p]=m,r[m]=n[b]=p,i[p]=0,i[b]=1,i[m]=2,o.fill(-1),o[this._hashKey(y,x)]=p,o[this._hashKey(v,M)]=b,o[this._hashKey(N,$)]=m,this.trianglesLen=0,this._addTriangle(p,b,m,-1,-1,-1);for(let _=0,S=0,A=0;_<this._ids.length;_++){let w=this._ids[_],P=e[2*w],L=e[2*w+1];if(_>0&&Math.abs(P-S)<=ur&&Math.abs(L-A)<=ur||(S=P,A=L,w===p||w===b||w===m))continue;let F=0;for(let X=0,No=this._hashKey(P,L);X<this._hashSize&&(F=o[(No+X)%this._hashSize],!(F!==-1&&F!==r[F]));X++);F=n[F];let R=F,H;for(;H=r[R],at(P,L,e[2*R],e[2*R+1],e[2*H],e[2*H+1])>=0;)if(R=H,R===F){R=-1;break}if(R===-1)continue;let B=this._addTriangle(R,w,r[R],-1,-1,i[R]);i[w]=this._legalize(B+2),i[R]=B,C++;let z=r[R];for(;H=r[z],at(P,L,e[2*z],e[2*z+1],e[2*H],e[2*H+1])<0;)B=this._addTriangle(z,w,H,i[w],-1,i[z]),i[w]=this._legalize(B+2),r[z]=z,C--,z=H;if(R===F)for(;H=n[R],at(P,L,e[2*H],e[2*H+1],e[2*R],e[2*R+1])<0;)B=this._addTriangle(H,w,R,-1,i[R],i[H]),this._legalize(B+2),i[H]=B,r[R]=R,C--,R=H;this._hullStart=n[w]=R,r[R]=n[z]=w,r[w]=z,o[this._hashKey(P,L)]=w,o[this._hashKey(e[2*R],e[2*R+1])]=R}this.hull=new Uint32Array(C);for(let _=0,S=this._hullStart;_<C;_++)this.hull[_]=S,S=r[S];this.triangles=this._triangles.subarray(0,this.trianglesLen),this.halfedges=this._halfedges.subarray(0,this.trianglesLen)}_hashKey(e,n){return Math.floor(Fo(e-this._cx,n-this._cy)*this._hashSize)%this._hashSize}_legalize(e){let{_triangles:n,_halfedges:r,coords:i}=this,o=0,a=0;for(;;){let s=r[e],l=e-e%3;if(a=l+(e+2)%3,s===-1){if(o===0)break;e=st[--o];continue}let f=s-s%3,u=l+(e+1)%3,c=f+(s+2)%3,d=n[a],p=n[e],b=n[u],m=n[c];if(zo(i[2*d],i[2*d+1],i[2*p],i[2*p+1],i[2*b],i[2*b+1],i[2*m],i[2*m+1])){n[e]=m,n[s]=d;let x=r[c];if(x===-1){let M=this._hullStart;do{if(this._hullTri[M]===c){this._hullTri[M]=e;break}M=this._hullPrev[M]}while(M!==this._hullStart)}this._link(e,x),this._link(s,r[a]),this._link(a,c);let v=f+(s+1)%3;o<st.length&&(st[o++]=v)}else{if(o===0)break;e=st[--o]}}return a}_link(e,n){this._halfedges[e]=n,n!==-1&&(this._halfedges[n]=e)}_addTriangle(e,n,r,i,o,a){let s=this.trianglesLen;return this._triangles[s]=e,this._triangles[s+1]=n,this._triangles[s+2]=r,this._link(s,i),this._link(s+1,o),this._link(s+2,a),this.trianglesLen+=3,s}};function Fo(t,e){let n=t/(Math.abs(t)+Math.abs(e));return(e>0?3-n:1+n)/4}function on(t,e,n,r){let i=t-n,o=e-r;return i*i+o*o}function zo(t,e,n,r,i,o,a,s){let l=t-a,f=e-s,u=n-a,c=r-s,d=i-a,p=o-s,b=l*l+f*f,m=u*u+c*c,y=d*d+p*p;return l*(c*y-m*p)-f*(u*y-m*d)+b*(u*p-c*d)<0}function Go(t,e,n,r,i,o){let a=n-t,s=r-e,l=i-t,f=o-e,u=a*a+s*s,c=l*l+f*f,d=.5/(a*f-s*l),p=(f*u-s*c)*d,b=(a*c-l*u)*d;return p*p+b*b}function Bo(t,e,n,r,i,o){let a=n-t,s=r-e,l=i-t,f=o-e,u=a*a+s*s,c=l*l+f*f,d=.5/(a*f-s*l),p=t+(f*u-s*c)*d,b=e+(a*c-l*u)*d;return{x:p,y:b}}function Ne(t,e,n,r){if(r-n<=20)for(let i=n+1;i<=r;i++){let o=t[i],a=e[o],s=i-1;for(;s>=n&&e[t[s]]>a;)t[s+1]=t[s--];t[s+1]=o}else{let i=n+r>>1,o=n+1,a=r;Xe(t,i,o),e[t[n]]>e[t[r]]&&Xe(t,n,r),e[t[o]]>e[t[r]]&&Xe(t,o,r),e[t[n]]>e[t[o]]&&Xe(t,n,o);let s=t[o],l=e[s];for(;;){do o++;while(e[t[o]]<l);do a--;while(e[t[a]]>l);if(a<o)break;Xe(t,o,a)}t[n+1]=t[a],t[a]=s,r-o+1>=a-n?(Ne(t,e,o,r),Ne(t,e,n,a-1)):(Ne(t,e,n,a-1),Ne(t,e,o,r))}}function Xe(t,e,n){let r=t[e];t[e]=t[n],t[n]=r}function Vo(t){return t[0]}function Do(t){return t[1]}var hr=1e-6,re=class{constructor(){this._x0=this._y0=this._x1=this._y1=null,this._=""}moveTo(e,n){this._+=`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}`}closePath(){this._x1!==null&&(this._x1=this._x0,this._y1=this._y0,this._+="Z")}lineTo(e,n){this._+=`L${this._x1=+e},${this._y1=+n}`}arc(e,n,r){e=+e,n=+n,r=+r;let i=e+r,o=n;if(r<0)throw new Error("negative radius");this._x1===null?this._+=`M${i},${o}`:(Math.abs(this._x1-i)>hr||Math.abs(this._y1-o)>hr)&&(this._+="L"+i+","+o),r&&(this._+=`A${r},${r},0,1,1,${e-r},${n}A${r},${r},0,1,1,${this._x1=i},${this._y1=o}`)}rect(e,n,r,i){this._+=`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}h${+r}v${+i}h${-r}Z`}value(){return this._||null}},je=class{constructor(){this._=[]}moveTo(e,n){this._.push([e,n])}closePath(){this._.push(this._[0].slice())}lineTo(e,n){this._.push([e,n])}value(){return this._.length?this._:null}},an=class{constructor(e,[n,r,i,o]=[0,0,960,500]){if(!((i=+i)>=(n=+n))||!((o=+o)>=(r=+r)))throw new Error("invalid bounds");this.delaunay=e,this._circumcenters=new Float64Array(e.points.length*2),this.vectors=new Float64Array(e.points.length*2),this.xmax=i,this.xmin=n,this.ymax=o,this.ymin=r,this._init()}update(){return this.delaunay.update(),this._init(),this}_init(){let{delaunay:{points:e,hull:n,triangles:r},vectors:i}=this,o,a,s=this.circumcenters=this._circumcenters.subarray(0,r.length/3*2);for(let m=0,y=0,x=r.length,v,M;m<x;m+=3,y+=2){let T=r[m]*2,N=r[m+1]*2,$=r[m+2]*2,O=e[T],C=e[T+1],_=e[N],S=e[N+1],A=e[$],w=e[$+1],P=_-O,L=S-C,F=A-O,R=w-C,H=(P*R-L*F)*2;if(Math.abs(H)<1e-9){if(o===void 0){o=a=0;for(let z of n)o+=e[z*2],a+=e[z*2+1];o/=n.length,a/=n.length}let B=1e9*Math.sign((o-O)*R-(a-C)*F);v=(O+A)/2-B*R,M=(C+w)/2+B*F}else{let B=1/H,z=P*P+L*L,X=F*F+R*R;v=O+(R*z-L*X)*B,M=C+(P*X-F*z)*B}s[y]=v,s[y+1]=M}let l=n[n.length-1],f,u=l*4,c,d=e[2*l],p,b=e[2*l+1];i.fill(0);for(let m=0;m<n.length;++m)l=n[m],f=u,c=d,p=b,u=l*4,d=e[2*l],b=e[2*l+1],i[f+2]=i[u]=p-b,i[f+3]=i[u+1]=d-c}render(e){let n=e==null?e=new re:void 0,{delaunay:{halfedges:r,inedges:i,hull:o},circumcenters:a,vectors:s}=this;if(o.length<=1)return null;for(let u=0,c=r.length;u<c;++u){let d=r[u];if(d<u)continue;let p=Math.floor(u/3)*2,b=Math.floor(d/3)*2,m=a[p],y=a[p+1],x=a[b],v=a[b+1];this._renderSegment(m,y,x,v,e)}let l,f=o[o.length-1];for(let u=0;u<o.length;++u){l=f,f=o[u];let c=Math.floor(i[f]/3)*2,d=a[c],p=a[c+1],b=l*4,m=this._project(d,p,s[b+2],s[b+3]);m&&this._renderSegment(d,p,m[0],m[1],e)}return n&&n.value()}renderBounds(e){let n=e==null?e=new re:void 0;return e.rect(this.xmin,this.ymin,this.xmax-this.xmin,this.ymax-this.ymin),n&&n.value()}renderCell(e,n){let r=n==null?n=new re:void 0,i=this._clip(e);if(i===null||!i.length)return;n.moveTo(i[0],i[1]);let o=i.length;for(;i[0]===i[o-2]&&i[1]===i[o-1]&&o>1;)o-=2;for(let a=2;a<o;a+=2)(i[a]!==i[a-2]||i[a+1]!==i[a-1])&&n.lineTo(i[a],i[a+1]);return n.closePath(),r&&r.value()}*cellPolygons(){let{delaunay:{points:e}}=this;for(let n=0,r=e.length/2;n<r;++n){let i=this.cellPolygon(n);i&&(i.index=n,yield i)}}cellPolygon(e){let n=new je;return this.renderCell(e,n),n.value()}_renderSegment(e,n,r,i,o){let a,s=this._regioncode(e,n),l=this._regioncode(r,i);s===0&&l===0?(o.moveTo(e,n),o.lineTo(r,i)):(a=this._clipSegment(e,n,r,i,s,l))&&(o.moveTo(a[0],a[1]),o.lineTo(a[2],a[3]))}contains(e,n,r){return n=+n,n!==n||(r=+r,r!==r)?!1:this.delaunay._step(e,n,r)===e}*neighbors(e){let n=this._clip(e);if(n)for(let r of this.delaunay.neighbors(e)){let i=this._clip(r);if(i){e:for(let o=0,a=n.length;o<a;o+=2)for(let s=0,l=i.length;s<l;s+=2)if(n[o]===i[s]&&n[o+1]===i[s+1]&&n[(o+2)%a]===i[(s+l-2)%l]&&n[(o+3)%a]===i[(s+l-1)%l]){yield r;break e}}}}_cell(e){let{circumcenters:n,delaunay:{inedges:r,halfedges:i,triangles:o}}=this,a=r[e];if(a===-1)return null;let s=[],l=a;do{let f=Math.floor(l/3);if(s.push(n[f*2],n[f*2+1]),l=l%3===2?l-2:l+1,o[l]!==e)break;l=i[l]}while(l!==a&&l!==-1);return s}_clip(e){if(e===0&&this.delaunay.hull.length===1)return[this.xmax,this.ymin,this.xmax,this.ymax,this.xmin,this.ymax,this.xmin,this.ymin];let n=this._cell(e);if(n===null)return null;let{vectors:r}=this,i=e*4;return this._simplify(r[i]||r[i+1]?this._clipInfinite(e,n,r[i],r[i+1],r[i+2],r[i+3]):this._clipFinite(e,n))}_clipFinite(e,n){let r=n.length,i=null,o,a,s=n[r-2],l=n[r-1],f,u=this._regioncode(s,l),c,d=0;for(let p=0;p<r;p+=2)if(o=s,a=l,s=n[p],l=n[p+1],f=u,u=this._regioncode(s,l),f===0&&u===0)c=d,d=0,i?i.push(s,l):i=[s,l];else{let b,m,y,x,v;if(f===0){if((b=this._clipSegment(o,a,s,l,f,u))===null)continue;[m,y,x,v]=b}else{if((b=this._clipSegment(s,l,o,a,u,f))===null)continue;[x,v,m,y]=b,c=d,d=this._edgecode(m,y),c&&d&&this._edge(e,c,d,i,i.length),i?i.push(m,y):i=[m,y]}c=d,d=this._edgecode(x,v),c&&d&&this._edge(e,c,d,i,i.length),i?i.push(x,v):i=[x,v]}if(i)c=d,d=this._edgecode(i[0],i[1]),c&&d&&this._edge(e,c,d,i,i.length);else if(this.contains(e,(this.xmin+this.xmax)/2,(this.ymin+this.ymax)/2))return[this.xmax,this.ymin,this.xmax,this.ymax,this.xmin,this.ymax,this.xmin,this.ymin];return i}_clipSegment(e,n,r,i,o,a){let s=o<a;for(s&&([e,n,r,i,o,a]=[r,i,e,n,a,o]);;){if(o===0&&a===0)return s?[r,i,e,n]:[e,n,r,i];if(o&a)return null;let l,f,u=o||a;u&8?(l=e+(r-e)*(this.ymax-n)/(i-n),f=this.ymax):u&4?(l=e+(r-e)*(this.ymin-n)/(i-n),f=this.ymin):u&2?(f=n+(i-n)*(this.xmax-e)/(r-e),l=this.xmax):(f=n+(i-n)*(this.xmin-e)/(r-e),l=this.xmin),o?(e=l,n=f,o=this._regioncode(e,n)):(r=l,i=f,a=this._regioncode(r,i))}}_clipInfinite(e,n,r,i,o,a){let s=Array.from(n),l;if((l=this._project(s[0],s[1],r,i))&&s.unshift(l[0],l[1]),(l=this._project(s[s.length-2],s[s.length-1],o,a))&&s.push(l[0],l[1]),s=this._clipFinite(e,s))for(let f=0,u=s.length,c,d=this._edgecode(s[u-2],s[u-1]);f<u;f+=2)c=d,d=this._edgecode(s[f],s[f+1]),c&&d&&(f=this._edge(e,c,d,s,f),u=s.length);else this.contains(e,(this.xmin+this.xmax)/2,(this.ymin+this.ymax)/2)&&(s=[this.xmin,this.ymin,this.xmax,this.ymin,this.xmax,this.ymax,this.xmin,this.ymax]);return s}_edge(e,n,r,i,o){for(;n!==r;){let a,s;switch(n){case 5:n=4;continue;case 4:n=6,a=this.xmax,s=this.ymin;break;case 6:n=2;continue;case 2:n=10,a=this.xmax,s=this.ymax;break;case 10:n=8;continue;case 8:n=9,a=this.xmin,s=this.ymax;break;case 9:n=1;continue;case 1:n=5,a=this.xmin,s=this.ymin;break}(i[o]!==a||i[o+1]!==s)&&this.contains(e,a,s)&&(i.splice(o,0,a,s),o+=2)}return o}_project(e,n,r,i){let o=1/0,a,s,l;if(i<0){if(n<=this.ymin)return null;(a=(this.ymin-n)/i)<o&&(l=this.ymin,s=e+(o=a)*r)}else if(i>0){if(n>=this.ymax)return null;(a=(this.ymax-n)/i)<o&&(l=this.ymax,s=e+(o=a)*r)}if(r>0){if(e>=this.xmax)return null;(a=(this.xmax-e)/r)<o&&(s=this.xmax,l=n+(o=a)*i)}else if(r<0){if(e<=this.xmin)return null;(a=(this.xmin-e)/r)<o&&(s=this.xmin,l=n+(o=a)*i)}return[s,l]}_edgecode(e,n){return(e===this.xmin?1:e===this.xmax?2:0)|(n===this.ymin?4:n===this.ymax?8:0)}_regioncode(e,n){return(e<this.xmin?1:e>this.xmax?2:0)|(n<this.ymin?4:n>this.ymax?8:0)}_simplify(e){if(e&&e.length>4){for(let n=0;n<e.length;n+=2){let r=(n+2)%e.length,i=(n+4)%e.length;(e[n]===e[r]&&e[r]===e[i]||e[n+1]===e[r+1]&&e[r+1]===e[i+1])&&(e.splice(r,2),n-=2)}e.length||(e=null)}return e}},qo=2*Math.PI,Re=Math.pow;function Yo(t){return t[0]}function Xo(t){return t[1]}function jo(t){let{triangles:e,coords:n}=t;for(let r=0;r<e.length;r+=3){let i=2*e[r],o=2*e[r+1],a=2*e[r+2];if((n[a]-n[i])*(n[o+1]-n[i+1])-(n[o]-n[i])*(n[a+1]-n[i+1])>1e-10)return!1}return!0}function Uo(t,e,n){return[t+Math.sin(t+e)*n,e+Math.cos(t-e)*n]}var ft=class t{static from(e,n=Yo,r=Xo,i){return new t("length"in e?Wo(e,n,r,i):Float64Array.from(Ko(e,n,r,i)))}constructor(e){this._delaunator=new lt(e),this.inedges=new Int32Array(e.length/2),this._hullIndex=new Int32Array(e.length/2),this.points=this._delaunator.coords,this._init()}update(){return this._delaunator.update(),this._init(),this}_init(){let e=this._delaunator,n=this.points;if(e.hull&&e.hull.length>2&&jo(e)){this.collinear=Int32Array.from({length:n.length/2},(d,p)=>p).sort((d,p)=>n[2*d]-n[2*p]||n[2*d+1]-n[2*p+1]);let l=this.collinear[0],f=this.collinear[this.collinear.length-1],u=[n[2*l],n[2*l+1],n[2*f],n[2*f+1]],c=1e-8*Math.hypot(u[3]-u[1],u[2]-u[0]);for(let d=0,p=n.length/2;d<p;++d){let b=Uo(n[2*d],n[2*d+1],c);n[2*d]=b[0],n[2*d+1]=b[1]}this._delaunator=new lt(n)}else delete this.collinear;let r=this.halfedges=this._delaunator.halfedges,i=this.hull=this._delaunator.hull,o=this.triangles=this._delaunator.triangles,a=this.inedges.fill(-1),s=this._hullIndex.fill(-1);for(let l=0,f=r.length;l<f;++l){let u=o[l%3===2?l-2:l+1];(r[l]===-1||a[u]===-1)&&(a[u]=l)}for(let l=0,f=i.length;l<f;++l)s[i[l]]=l;i.length<=2&&i.length>0&&(this.triangles=new Int32Array(3).fill(-1),this.halfedges=new Int32Array(3).fill(-1),this.triangles[0]=i[0],a[i[0]]=1,i.length===2&&(a[i[1]]=0,this.triangles[1]=i[1],this.triangles[2]=i[1]))}voronoi(e){return new an(this,e)}*neighbors(e){let{inedges:n,hull:r,_hullIndex:i,halfedges:o,triangles:a,collinear:s}=this;if(s){let c=s.indexOf(e);c>0&&(yield s[c-1]),c<s.length-1&&(yield s[c+1]);return}let l=n[e];if(l===-1)return;let f=l,u=-1;do{if(yield u=a[f],f=f%3===2?f-2:f+1,a[f]!==e)return;if(f=o[f],f===-1){let c=r[(i[e]+1)%r.length];c!==u&&(yield c);return}}while(f!==l)}find(e,n,r=0){if(e=+e,e!==e||(n=+n,n!==n))return-1;let i=r,o;for(;(o=this._step(r,e,n))>=0&&o!==r&&o!==i;)r=o;return o}_step(e,n,r){let{inedges:i,hull:o,_hullIndex:a,halfedges:s,triangles:l,points:f}=this;if(f.length<2)return-1;if(i[e]===-1)return(e+1)%(f.length>>1);let u=e,c=Re(n-f[e*2],2)+Re(r-f[e*2+1],2),d=i[e],p=d;do{let b=l[p],m=Re(n-f[b*2],2)+Re(r-f[b*2+1],2);if(m<c&&(c=m,u=b),p=p%3===2?p-2:p+1,l[p]!==e)break;if(p=s[p],p===-1){if(p=o[(a[e]+1)%o.length],p!==b&&Re(n-f[p*2],2)+Re(r-f[p*2+1],2)<c)return p;break}}while(p!==d);return u}render(e){let n=e==null?e=new re:void 0,{points:r,halfedges:i,triangles:o}=this;for(let a=0,s=i.length;a<s;++a){let l=i[a];if(l<a)continue;let f=o[a]*2,u=o[l]*2;e.moveTo(r[f],r[f+1]),e.lineTo(r[u],r[u+1])}return this.renderHull(e),n&&n.value()}renderPoints(e,n){n===void 0&&(!e||typeof e.moveTo!="function")&&(n=e,e=null),n=n==null?2:+n;let r=e==null?e=new re:void 0,{points:i}=this;for(let o=0,a=i.length&-2;o<a;o+=2){let s=i[o],l=i[o+1];e.moveTo(s+n,l),e.arc(s,l,n,0,qo)}return r&&r.value()}renderHull(e){let n=e==null?e=new re:void 0,{hull:r,points:i}=this,o=r[0]*2,a=r.length;e.moveTo(i[o],i[o+1]);for(let s=1;s<a;++s){let l=2*r[s];e.lineTo(i[l],i[l+1])}return e.closePath(),n&&n.value()}hullPolygon(){let e=new je;return this.renderHull(e),e.value()}renderTriangle(e,n){let r=n==null?n=new re:void 0,{points:i,triangles:o}=this,a=o[e*=3]*2,s=o[e+1]*2,l=o[e+2]*2;return n.moveTo(i[a],i[a+1]),n.lineTo(i[s],i[s+1]),n.lineTo(i[l],i[l+1]),n.closePath(),r&&r.value()}*trianglePolygons(){let{triangles:e}=this;for(let n=0,r=e.length/3;n<r;++n)yield this.trianglePolygon(n)}trianglePolygon(e){let n=new je;return this.renderTriangle(e,n),n.value()}};function Wo(t,e,n,r){let i=t.length,o=new Float64Array(i*2);for(let a=0;a<i;++a){let s=t[a];o[a*2]=e.call(r,s,a,t),o[a*2+1]=n.call(r,s,a,t)}return o}function*Ko(t,e,n,r){let i=0;for(let o of t)yield e.call(r,o,i,t),yield n.call(r,o,i,t),++i}function Oe(t,e,n){t.prototype=e.prototype=n,n.constructor=t}function Ke(t,e){var n=Object.create(t.prototype);for(var r in e)n[r]=e[r];return n}function fe(){}var ge=.7,Pe=1/ge,Le="\\s*([+-]?\\d+)\\s*",Ue="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)\\s*",te="\\s*([+-]?(?:\\d*\\.)?\\d+(?:[eE][+-]?\\d+)?)%\\s*",Zo=/^#([0-9a-f]{3,8})$/,Qo=new RegExp(`^rgb\\(${Le},${Le},${Le}\\)$`),Jo=new RegExp(`^rgb\\(${te},${te},${te}\\)$`),ea=new RegExp(`^rgba\\(${Le},${Le},${Le},${Ue}\\)$`),ta=new RegExp(`^rgba\\(${te},${te},${te},${Ue}\\)$`),na=new RegExp(`^hsl\\(${Ue},${te},${te}\\)$`),ra=new RegExp(`^hsla\\(${Ue},${te},${te},${Ue}\\)$`),pr={aliceblue:15792383,antiquewhite:16444375,aqua:65535,aquamarine:8388564,azure:15794175,beige:16119260,bisque:16770244,black:0,blanchedalmond:16772045,blue:255,blueviolet:9055202,brown:10824234,burlywood:14596231,cadetblue:6266528,chartreuse:8388352,chocolate:13789470,coral:16744272,cornflowerblue:6591981,cornsilk:16775388,crimson:14423100,cyan:65535,darkblue:139,darkcyan:35723,darkgoldenrod:12092939,darkgray:11119017,darkgreen:25600,darkgrey:11119017,darkkhaki:12433259,darkmagenta:9109643,darkolivegreen:5597999,darkorange:16747520,darkorchid:10040012,darkred:9109504,darksalmon:15308410,darkseagreen:9419919,darkslateblue:4734347,darkslategray:3100495,darkslategrey:3100495,darkturquoise:52945,darkviolet:9699539,deeppink:16716947,deepskyblue:49151,dimgray:6908265,dimgrey:6908265,dodgerblue:2003199,firebrick:11674146,floralwhite:16775920,forestgreen:2263842,fuchsia:16711935,gainsboro:14474460,ghostwhite:16316671,gold:16766720,goldenrod:14329120,gray:8421504,green:32768,greenyellow:11403055,grey:8421504,honeydew:15794160,hotpink:16738740,indianred:13458524,indigo:4915330,ivory:16777200,khaki:15787660,lavender:15132410,lavenderblush:16773365,lawngreen:8190976,lemonchiffon:16775885,lightblue:11393254,lightcoral:15761536,lightcyan:14745599,lightgoldenrodyellow:16448210,lightgray:13882323,lightgreen:9498256,lightgrey:13882323,lightpink:16758465,lightsalmon:16752762,lightseagreen:2142890,lightskyblue:8900346,lightslategray:7833753,lightslategrey:7833753,lightsteelblue:11584734,lightyellow:16777184,lime:65280,limegreen:3329330,linen:16445670,magenta:16711935,maroon:8388608,mediumaquamarine:6737322,mediumblue:205,mediumorchid:12211667,mediumpurple:9662683,mediumseagreen:3978097,mediumslateblue:8087790,mediumspringgreen:64154,mediumturquoise:4772300,mediumvioletred:13047173,midnightblue:1644912,mintcream:16121850,mistyrose:16770273,moccasin:16770229,navajowhite:16768685,navy:128,oldlace:16643558,olive:8421376,olivedrab:7048739,orange:16753920,orangered:16729344,orchid:14315734,palegoldenrod:15657130,palegreen:10025880,paleturquoise:11529966,palevioletred:14381203,papayawhip:16773077,peachpuff:16767673,peru:13468991,pink:16761035,plum:14524637,powderblue:11591910,purple:8388736,rebeccapurple:6697881,red:16711680,rosybrown:12357519,royalblue:4286945,saddlebrown:9127187,salmon:16416882,sandybrown:16032864,seagreen:3050327,seashell:16774638,sienna:10506797,silver:12632256,skyblue:8900331,slateblue:6970061,slategray:7372944,slategrey:7372944,snow:16775930,springgreen:65407,steelblue:4620980,tan:13808780,teal:32896,thistle:14204888,tomato:16737095,turquoise:4251856,violet:15631086,wheat:16113331,white:16777215,whitesmoke:16119285,yellow:16776960,yellowgreen:10145074};Oe(fe,pt,{copy(t){return Object.assign(new this.constructor,this,t)},displayable(){return this.rgb().displayable()},hex:mr,formatHex:mr,formatHex8:ia,formatHsl:oa,formatRgb:br,toString:br});function mr(){return this.rgb().formatHex()}function ia(){return this.rgb().formatHex8()}function oa(){return Tr(this).formatHsl()}function br(){return this.rgb().formatRgb()}function pt(t){var e,n;return t=(t+"").trim().toLowerCase(),(e=Zo.exec(t))?(n=e[1].length,e=parseInt(e[1],16),n===6?gr(e):n===3?new V(e>>8&15|e>>4&240,e>>4&15|e&240,(e&15)<<4|e&15,1):n===8?ct(e>>24&255,e>>16&255,e>>8&255,(e&255)/255):n===4?ct(e>>12&15|e>>8&240,e>>8&15|e>>4&240,e>>4&15|e&240,((e&15)<<4|e&15)/255):null):(e=Qo.exec(t))?new V(e[1],e[2],e[3],1):(e=Jo.exec(t))?new V(e[1]*255/100,e[2]*255/100,e[3]*255/100,1):(e=ea.exec(t))?ct(e[1],e[2],e[3],e[4]):(e=ta.exec(t))?ct(e[1]*255/100,e[2]*255/100,e[3]*255/100,e[4]):(e=na.exec(t))?_r(e[1],e[2]/100,e[3]/100,1):(e=ra.exec(t))?_r(e[1],e[2]/100,e[3]/100,e[4]):pr.hasOwnProperty(t)?gr(pr[t]):t==="transparent"?new V(NaN,NaN,NaN,0):null}function gr(t){return new V(t>>16&255,t>>8&255,t&255,1)}function ct(t,e,n,r){return r<=0&&(t=e=n=NaN),new V(t,e,n,r)}function un(t){return t instanceof fe||(t=pt(t)),t?(t=t.rgb(),new V(t.r,t.g,t.b,t.opacity)):new V}function ye(t,e,n,r){return arguments.length===1?un(t):new V(t,e,n,r??1)}function V(t,e,n,r){this.r=+t,this.g=+e,this.b=+n,this.opacity=+r}Oe(V,ye,Ke(fe,{brighter(t){return t=t==null?Pe:Math.pow(Pe,t),new V(this.r*t,this.g*t,this.b*t,this.opacity)},darker(t){return t=t==null?ge:Math.pow(ge,t),new V(this.r*t,this.g*t,this.b*t,this.opacity)},rgb(){return this},clamp(){return new V(me(this.r),me(this.g),me(this.b),ut(this.opacity))},displayable(){return-.5<=this.r&&this.r<255.5&&-.5<=this.g&&this.g<255.5&&-.5<=this.b&&this.b<255.5&&0<=this.opacity&&this.opacity<=1},hex:yr,formatHex:yr,formatHex8:aa,formatRgb:xr,toString:xr}));function yr(){return`#${pe(this.r)}${pe(this.g)}${pe(this.b)}`}function aa(){return`#${pe(this.r)}${pe(this.g)}${pe(this.b)}${pe((isNaN(this.opacity)?1:this.opacity)*255)}`}function xr(){let t=ut(this.opacity);return`${t===1?"rgb(":"rgba("}${me(this.r)}, ${me(this.g)}, ${me(this.b)}${t===1?")":`, ${t})`}`}function ut(t){return isNaN(t)?1:Math.max(0,Math.min(1,t))}function me(t){return Math.max(0,Math.min(255,Math.round(t)||0))}function pe(t){return t=me(t),(t<16?"0":"")+t.toString(16)}function _r(t,e,n,r){return r<=0?t=e=n=NaN:n<=0||n>=1?t=e=NaN:e<=0&&(t=NaN),new J(t,e,n,r)}function Tr(t){if(t instanceof J)return new J(t.h,t.s,t.l,t.opacity);if(t instanceof fe||(t=pt(t)),!t)return new J;if(t instanceof J)return t;t=t.rgb();var e=t.r/255,n=t.g/255,r=t.b/255,i=Math.min(e,n,r),o=Math.max(e,n,r),a=NaN,s=o-i,l=(o+i)/2;return s?(e===o?a=(n-r)/s+(n<r)*6:n===o?a=(r-e)/s+2:a=(e-n)/s+4,s/=l<.5?o+i:2-o-i,a*=60):s=l>0&&l<1?0:a,new J(a,s,l,t.opacity)}function mt(t,e,n,r){return arguments.length===1?Tr(t):new J(t,e,n,r??1)}function J(t,e,n,r){this.h=+t,this.s=+e,this.l=+n,this.opacity=+r}Oe(J,mt,Ke(fe,{brighter(t){return t=t==null?Pe:Math.pow(Pe,t),new J(this.h,this.s,this.l*t,this.opacity)},darker(t){return t=t==null?ge:Math.pow(ge,t),new J(this.h,this.s,this.l*t,this.opacity)},rgb(){var t=this.h%360+(this.h<0)*360,e=isNaN(t)||isNaN(this.s)?0:this.s,n=this.l,r=n+(n<.5?n:1-n)*e,i=2*n-r;return new V(sn(t>=240?t-240:t+120,i,r),sn(t,i,r),sn(t<120?t+240:t-120,i,r),this.opacity)},clamp(){return new J(wr(this.h),dt(this.s),dt(this.l),ut(this.opacity))},displayable(){return(0<=this.s&&this.s<=1||isNaN(this.s))&&0<=this.l&&this.l<=1&&0<=this.opacity&&this.opacity<=1},formatHsl(){let t=ut(this.opacity);return`${t===1?"hsl(":"hsla("}${wr(this.h)}, ${dt(this.s)*100}%, ${dt(this.l)*100}%${t===1?")":`, ${t})`}`}}));function wr(t){return t=(t||0)%360,t<0?t+360:t}function dt(t){return Math.max(0,Math.min(1,t||0))}function sn(t,e,n){return(t<60?e+(n-e)*t/60:t<180?n:t<240?e+(n-e)*(240-t)/60:e)*255}var Sr=Math.PI/180,Ar=180/Math.PI,ht=18,Er=.96422,$r=1,Rr=.82521,Nr=4/29,Ce=6/29,Lr=3*Ce*Ce,sa=Ce*Ce*Ce;function Cr(t){if(t instanceof ne)return new ne(t.l,t.a,t.b,t.opacity);if(t instanceof oe)return Or(t);t instanceof V||(t=un(t));var e=dn(t.r),n=dn(t.g),r=dn(t.b),i=ln((.2225045*e+.7168786*n+.0606169*r)/$r),o,a;return e===n&&n===r?o=a=i:(o=ln((.4360747*e+.3850649*n+.1430804*r)/Er),a=ln((.0139322*e+.0971045*n+.7141733*r)/Rr)),new ne(116*i-16,500*(o-i),200*(i-a),t.opacity)}function Pr(t,e,n,r){return arguments.length===1?Cr(t):new ne(t,e,n,r??1)}function ne(t,e,n,r){this.l=+t,this.a=+e,this.b=+n,this.opacity=+r}Oe(ne,Pr,Ke(fe,{brighter(t){return new ne(this.l+ht*(t??1),this.a,this.b,this.opacity)},darker(t){return new ne(this.l-ht*(t??1),this.a,this.b,this.opacity)},rgb(){var t=(this.l+16)/116,e=isNaN(this.a)?t:t+this.a/500,n=isNaN(this.b)?t:t-this.b/200;return e=Er*fn(e),t=$r*fn(t),n=Rr*fn(n),new V(cn(3.1338561*e-1.6168667*t-.4906146*n),cn(-.9787684*e+1.9161415*t+.033454*n),cn(.0719453*e-.2289914*t+1.4052427*n),this.opacity)}}));function ln(t){return t>sa?Math.pow(t,1/3):t/Lr+Nr}function fn(t){return t>Ce?t*t*t:Lr*(t-Nr)}function cn(t){return 255*(t<=.0031308?12.92*t:1.055*Math.pow(t,1/2.4)-.055)}function dn(t){return(t/=255)<=.04045?t/12.92:Math.pow((t+.055)/1.055,2.4)}function la(t){if(t instanceof oe)return new oe(t.h,t.c,t.l,t.opacity);if(t instanceof ne||(t=Cr(t)),t.a===0&&t.b===0)return new oe(NaN,0<t.l&&t.l<100?0:NaN,t.l,t.opacity);var e=Math.atan2(t.b,t.a)*Ar;return new oe(e<0?e+360:e,Math.sqrt(t.a*t.a+t.b*t.b),t.l,t.opacity)}function bt(t,e,n,r){return arguments.length===1?la(t):new oe(t,e,n,r??1)}function oe(t,e,n,r){this.h=+t,this.c=+e,this.l=+n,this.opacity=+r}function Or(t){if(isNaN(t.h))return new ne(t.l,0,0,t.opacity);var e=t.h*Sr;return new ne(t.l,Math.cos(e)*t.c,Math.sin(e)*t.c,t.opacity)}Oe(oe,bt,Ke(fe,{brighter(t){return new oe(this.h,this.c,this.l+ht*(t??1),this.opacity)},darker(t){return new oe(this.h,this.c,this.l-ht*(t??1),this.opacity)},rgb(){return Or(this).rgb()}}));var Ir=-.14861,hn=1.78277,pn=-.29227,gt=-.90649,We=1.97294,vr=We*gt,Mr=We*hn,kr=hn*pn-gt*Ir;function fa(t){if(t instanceof be)return new be(t.h,t.s,t.l,t.opacity);t instanceof V||(t=un(t));var e=t.r/255,n=t.g/255,r=t.b/255,i=(kr*r+vr*e-Mr*n)/(kr+vr-Mr),o=r-i,a=(We*(n-i)-pn*o)/gt,s=Math.sqrt(a*a+o*o)/(We*i*(1-i)),l=s?Math.atan2(a,o)*Ar-120:NaN;return new be(l<0?l+360:l,s,i,t.opacity)}function Z(t,e,n,r){return arguments.length===1?fa(t):new be(t,e,n,r??1)}function be(t,e,n,r){this.h=+t,this.s=+e,this.l=+n,this.opacity=+r}Oe(be,Z,Ke(fe,{brighter(t){return t=t==null?Pe:Math.pow(Pe,t),new be(this.h,this.s,this.l*t,this.opacity)},darker(t){return t=t==null?ge:Math.pow(ge,t),new be(this.h,this.s,this.l*t,this.opacity)},rgb(){var t=isNaN(this.h)?0:(this.h+120)*Sr,e=+this.l,n=isNaN(this.s)?0:this.s*e*(1-e),r=Math.cos(t),i=Math.sin(t);return new V(255*(e+n*(Ir*r+hn*i)),255*(e+n*(pn*r+gt*i)),255*(e+n*(We*r)),this.opacity)}}));function zr(t,e,n,r,i){var o=t*t,a=o*t;return((1-3*t+3*o-a)*e+(4-6*o+3*a)*n+(1+3*t+3*o-3*a)*r+a*i)/6}function ca(t){var e=t.length-1;return function(n){var r=n<=0?n=0:n>=1?(n=1,e-1):Math.floor(n*e),i=t[r],o=t[r+1],a=r>0?t[r-1]:2*i-o,s=r<e-1?t[r+2]:2*o-i;return zr((n-r/e)*e,a,i,o,s)}}function da(t){var e=t.length;return function(n){var r=Math.floor(((n%=1)<0?++n:n)*e),i=t[(r+e-1)%e],o=t[r%e],a=t[(r+1)%e],s=t[(r+2)%e];return zr((n-r/e)*e,i,o,a,s)}}var bn=t=>()=>t;function Gr(t,e){return function(n){return t+n*e}}function ua(t,e,n){return t=Math.pow(t,n),e=Math.pow(e,n)-t,n=1/n,function(r){return Math.pow(t+r*e,n)}}function gn(t,e){var n=e-t;return n?Gr(t,n>180||n<-180?n-360*Math.round(n/360):n):bn(isNaN(t)?e:t)}function ha(t){return(t=+t)==1?W:function(e,n){return n-e?ua(e,n,t):bn(isNaN(e)?n:e)}}function W(t,e){var n=e-t;return n?Gr(t,n):bn(isNaN(t)?e:t)}var Kl=(function t(e){var n=ha(e);function r(i,o){var a=n((i=ye(i)).r,(o=ye(o)).r),s=n(i.g,o.g),l=n(i.b,o.b),f=W(i.opacity,o.opacity);return function(u){return i.r=a(u),i.g=s(u),i.b=l(u),i.opacity=f(u),i+""}}return r.gamma=t,r})(1);function Br(t){return function(e){var n=e.length,r=new Array(n),i=new Array(n),o=new Array(n),a,s;for(a=0;a<n;++a)s=ye(e[a]),r[a]=s.r||0,i[a]=s.g||0,o[a]=s.b||0;return r=t(r),i=t(i),o=t(o),s.opacity=1,function(l){return s.r=r(l),s.g=i(l),s.b=o(l),s+""}}}var Vr=Br(ca),Zl=Br(da);function Ie(t,e){return t=+t,e=+e,function(n){return t*(1-n)+e*n}}var pa=/[-+]?(?:\d+\.?\d*|\.?\d+)(?:[eE][-+]?\d+)?/g,Ql=new RegExp(pa.source,"g");var Hr=180/Math.PI,mn={translateX:0,translateY:0,rotate:0,skewX:0,scaleX:1,scaleY:1};function Dr(t,e,n,r,i,o){var a,s,l;return(a=Math.sqrt(t*t+e*e))&&(t/=a,e/=a),(l=t*n+e*r)&&(n-=t*l,r-=e*l),(s=Math.sqrt(n*n+r*r))&&(n/=s,r/=s,l/=s),t*r<e*n&&(t=-t,e=-e,l=-l,a=-a),{translateX:i,translateY:o,rotate:Math.atan2(e,t)*Hr,skewX:Math.atan(l)*Hr,scaleX:a,scaleY:s}}var yt;function ma(t){let e=new(typeof DOMMatrix=="function"?DOMMatrix:WebKitCSSMatrix)(t+"");return e.isIdentity?mn:Dr(e.a,e.b,e.c,e.d,e.e,e.f)}function ba(t){return t==null||(yt||(yt=document.createElementNS("http://www.w3.org/2000/svg","g")),yt.setAttribute("transform",t),!(t=yt.transform.baseVal.consolidate()))?mn:(t=t.matrix,Dr(t.a,t.b,t.c,t.d,t.e,t.f))}function qr(t,e,n,r){function i(f){return f.length?f.pop()+" ":""}function o(f,u,c,d,p,b){if(f!==c||u!==d){var m=p.push("translate(",null,e,null,n);b.push({i:m-4,x:Ie(f,c)},{i:m-2,x:Ie(u,d)})}else(c||d)&&p.push("translate("+c+e+d+n)}function a(f,u,c,d){f!==u?(f-u>180?u+=360:u-f>180&&(f+=360),d.push({i:c.push(i(c)+"rotate(",null,r)-2,x:Ie(f,u)})):u&&c.push(i(c)+"rotate("+u+r)}function s(f,u,c,d){f!==u?d.push({i:c.push(i(c)+"skewX(",null,r)-2,x:Ie(f,u)}):u&&c.push(i(c)+"skewX("+u+r)}function l(f,u,c,d,p,b){if(f!==c||u!==d){var m=p.push(i(p)+"scale(",null,",",null,")");b.push({i:m-4,x:Ie(f,c)},{i:m-2,x:Ie(u,d)})}else(c!==1||d!==1)&&p.push(i(p)+"scale("+c+","+d+")")}return function(f,u){var c=[],d=[];return f=t(f),u=t(u),o(f.translateX,f.translateY,u.translateX,u.translateY,c,d),a(f.rotate,u.rotate,c,d),s(f.skewX,u.skewX,c,d),l(f.scaleX,f.scaleY,u.scaleX,u.scaleY,c,d),f=u=null,function(p){for(var b=-1,m=d.length,y;++b<m;)c[(y=d[b]).i]=y.x(p);return c.join("")}}}var Jl=qr(ma,"px, ","px)","deg)"),ef=qr(ba,", ",")",")"),ga=1e-12;function Fr(t){return((t=Math.exp(t))+1/t)/2}function ya(t){return((t=Math.exp(t))-1/t)/2}function xa(t){return((t=Math.exp(2*t))-1)/(t+1)}var tf=(function t(e,n,r){function i(o,a){var s=o[0],l=o[1],f=o[2],u=a[0],c=a[1],d=a[2],p=u-s,b=c-l,m=p*p+b*b,y,x;if(m<ga)x=Math.log(d/f)/e,y=function(O){return[s+O*p,l+O*b,f*Math.exp(e*O*x)]};else{var v=Math.sqrt(m),M=(d*d-f*f+r*m)/(2*f*n*v),T=(d*d-f*f-r*m)/(2*d*n*v),N=Math.log(Math.sqrt(M*M+1)-M),$=Math.log(Math.sqrt(T*T+1)-T);x=($-N)/e,y=function(O){var C=O*x,_=Fr(N),S=f/(n*v)*(_*xa(e*C+N)-ya(N));return[s+S*p,l+S*b,f*_/Fr(e*C+N)]}}return y.duration=Math.abs(x)*1e3*e/Math.SQRT2,y}return i.rho=function(o){var a=Math.max(.001,+o),s=a*a,l=s*s;return t(a,s,l)},i})(Math.SQRT2,2,4);function Yr(t){return function(e,n){var r=t((e=mt(e)).h,(n=mt(n)).h),i=W(e.s,n.s),o=W(e.l,n.l),a=W(e.opacity,n.opacity);return function(s){return e.h=r(s),e.s=i(s),e.l=o(s),e.opacity=a(s),e+""}}}var nf=Yr(gn),rf=Yr(W);function Xr(t){return function(e,n){var r=t((e=bt(e)).h,(n=bt(n)).h),i=W(e.c,n.c),o=W(e.l,n.l),a=W(e.opacity,n.opacity);return function(s){return e.h=r(s),e.c=i(s),e.l=o(s),e.opacity=a(s),e+""}}}var of=Xr(gn),af=Xr(W);function jr(t){return(function e(n){n=+n;function r(i,o){var a=t((i=Z(i)).h,(o=Z(o)).h),s=W(i.s,o.s),l=W(i.l,o.l),f=W(i.opacity,o.opacity);return function(u){return i.h=a(u),i.s=s(u),i.l=l(Math.pow(u,n)),i.opacity=f(u),i+""}}return r.gamma=e,r})(1)}var sf=jr(gn),xt=jr(W);function E(t){for(var e=t.length/6|0,n=new Array(e),r=0;r<e;)n[r]="#"+t.slice(r*6,++r*6);return n}var df=E("1f77b4ff7f0e2ca02cd627289467bd8c564be377c27f7f7fbcbd2217becf"),uf=E("7fc97fbeaed4fdc086ffff99386cb0f0027fbf5b17666666"),hf=E("1b9e77d95f027570b3e7298a66a61ee6ab02a6761d666666"),pf=E("4269d0efb118ff725c6cc5b03ca951ff8ab7a463f297bbf59c6b4e9498a0"),mf=E("a6cee31f78b4b2df8a33a02cfb9a99e31a1cfdbf6fff7f00cab2d66a3d9affff99b15928"),bf=E("fbb4aeb3cde3ccebc5decbe4fed9a6ffffcce5d8bdfddaecf2f2f2"),gf=E("b3e2cdfdcdaccbd5e8f4cae4e6f5c9fff2aef1e2cccccccc"),yf=E("e41a1c377eb84daf4a984ea3ff7f00ffff33a65628f781bf999999"),xf=E("66c2a5fc8d628da0cbe78ac3a6d854ffd92fe5c494b3b3b3"),_f=E("8dd3c7ffffb3bebadafb807280b1d3fdb462b3de69fccde5d9d9d9bc80bdccebc5ffed6f"),wf=E("4e79a7f28e2ce1575976b7b259a14fedc949af7aa1ff9da79c755fbab0ab"),I=t=>Vr(t[t.length-1]),_a=new Array(3).concat("d8b365f5f5f55ab4ac","a6611adfc27d80cdc1018571","a6611adfc27df5f5f580cdc1018571","8c510ad8b365f6e8c3c7eae55ab4ac01665e","8c510ad8b365f6e8c3f5f5f5c7eae55ab4ac01665e","8c510abf812ddfc27df6e8c3c7eae580cdc135978f01665e","8c510abf812ddfc27df6e8c3f5f5f5c7eae580cdc135978f01665e","5430058c510abf812ddfc27df6e8c3c7eae580cdc135978f01665e003c30","5430058c510abf812ddfc27df6e8c3f5f5f5c7eae580cdc135978f01665e003c30").map(E),vf=I(_a),wa=new Array(3).concat("af8dc3f7f7f77fbf7b","7b3294c2a5cfa6dba0008837","7b3294c2a5cff7f7f7a6dba0008837","762a83af8dc3e7d4e8d9f0d37fbf7b1b7837","762a83af8dc3e7d4e8f7f7f7d9f0d37fbf7b1b7837","762a839970abc2a5cfe7d4e8d9f0d3a6dba05aae611b7837","762a839970abc2a5cfe7d4e8f7f7f7d9f0d3a6dba05aae611b7837","40004b762a839970abc2a5cfe7d4e8d9f0d3a6dba05aae611b783700441b","40004b762a839970abc2a5cfe7d4e8f7f7f7d9f0d3a6dba05aae611b783700441b").map(E),Mf=I(wa),va=new Array(3).concat("e9a3c9f7f7f7a1d76a","d01c8bf1b6dab8e1864dac26","d01c8bf1b6daf7f7f7b8e1864dac26","c51b7de9a3c9fde0efe6f5d0a1d76a4d9221","c51b7de9a3c9fde0eff7f7f7e6f5d0a1d76a4d9221","c51b7dde77aef1b6dafde0efe6f5d0b8e1867fbc414d9221","c51b7dde77aef1b6dafde0eff7f7f7e6f5d0b8e1867fbc414d9221","8e0152c51b7dde77aef1b6dafde0efe6f5d0b8e1867fbc414d9221276419","8e0152c51b7dde77aef1b6dafde0eff7f7f7e6f5d0b8e1867fbc414d9221276419").map(E),kf=I(va),Ma=new Array(3).concat("998ec3f7f7f7f1a340","5e3c99b2abd2fdb863e66101","5e3c99b2abd2f7f7f7fdb863e66101","542788998ec3d8daebfee0b6f1a340b35806","542788998ec3d8daebf7f7f7fee0b6f1a340b35806","5427888073acb2abd2d8daebfee0b6fdb863e08214b35806","5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b35806","2d004b5427888073acb2abd2d8daebfee0b6fdb863e08214b358067f3b08","2d004b5427888073acb2abd2d8daebf7f7f7fee0b6fdb863e08214b358067f3b08").map(E),Tf=I(Ma),ka=new Array(3).concat("ef8a62f7f7f767a9cf","ca0020f4a58292c5de0571b0","ca0020f4a582f7f7f792c5de0571b0","b2182bef8a62fddbc7d1e5f067a9cf2166ac","b2182bef8a62fddbc7f7f7f7d1e5f067a9cf2166ac","b2182bd6604df4a582fddbc7d1e5f092c5de4393c32166ac","b2182bd6604df4a582fddbc7f7f7f7d1e5f092c5de4393c32166ac","67001fb2182bd6604df4a582fddbc7d1e5f092c5de4393c32166ac053061","67001fb2182bd6604df4a582fddbc7f7f7f7d1e5f092c5de4393c32166ac053061").map(E),Sf=I(ka),Ta=new Array(3).concat("ef8a62ffffff999999","ca0020f4a582bababa404040","ca0020f4a582ffffffbababa404040","b2182bef8a62fddbc7e0e0e09999994d4d4d","b2182bef8a62fddbc7ffffffe0e0e09999994d4d4d","b2182bd6604df4a582fddbc7e0e0e0bababa8787874d4d4d","b2182bd6604df4a582fddbc7ffffffe0e0e0bababa8787874d4d4d","67001fb2182bd6604df4a582fddbc7e0e0e0bababa8787874d4d4d1a1a1a","67001fb2182bd6604df4a582fddbc7ffffffe0e0e0bababa8787874d4d4d1a1a1a").map(E),Af=I(Ta),Sa=new Array(3).concat("fc8d59ffffbf91bfdb","d7191cfdae61abd9e92c7bb6","d7191cfdae61ffffbfabd9e92c7bb6","d73027fc8d59fee090e0f3f891bfdb4575b4","d73027fc8d59fee090ffffbfe0f3f891bfdb4575b4","d73027f46d43fdae61fee090e0f3f8abd9e974add14575b4","d73027f46d43fdae61fee090ffffbfe0f3f8abd9e974add14575b4","a50026d73027f46d43fdae61fee090e0f3f8abd9e974add14575b4313695","a50026d73027f46d43fdae61fee090ffffbfe0f3f8abd9e974add14575b4313695").map(E),Ef=I(Sa),Aa=new Array(3).concat("fc8d59ffffbf91cf60","d7191cfdae61a6d96a1a9641","d7191cfdae61ffffbfa6d96a1a9641","d73027fc8d59fee08bd9ef8b91cf601a9850","d73027fc8d59fee08bffffbfd9ef8b91cf601a9850","d73027f46d43fdae61fee08bd9ef8ba6d96a66bd631a9850","d73027f46d43fdae61fee08bffffbfd9ef8ba6d96a66bd631a9850","a50026d73027f46d43fdae61fee08bd9ef8ba6d96a66bd631a9850006837","a50026d73027f46d43fdae61fee08bffffbfd9ef8ba6d96a66bd631a9850006837").map(E),$f=I(Aa),Ea=new Array(3).concat("fc8d59ffffbf99d594","d7191cfdae61abdda42b83ba","d7191cfdae61ffffbfabdda42b83ba","d53e4ffc8d59fee08be6f59899d5943288bd","d53e4ffc8d59fee08bffffbfe6f59899d5943288bd","d53e4ff46d43fdae61fee08be6f598abdda466c2a53288bd","d53e4ff46d43fdae61fee08bffffbfe6f598abdda466c2a53288bd","9e0142d53e4ff46d43fdae61fee08be6f598abdda466c2a53288bd5e4fa2","9e0142d53e4ff46d43fdae61fee08bffffbfe6f598abdda466c2a53288bd5e4fa2").map(E),Rf=I(Ea),$a=new Array(3).concat("e5f5f999d8c92ca25f","edf8fbb2e2e266c2a4238b45","edf8fbb2e2e266c2a42ca25f006d2c","edf8fbccece699d8c966c2a42ca25f006d2c","edf8fbccece699d8c966c2a441ae76238b45005824","f7fcfde5f5f9ccece699d8c966c2a441ae76238b45005824","f7fcfde5f5f9ccece699d8c966c2a441ae76238b45006d2c00441b").map(E),Nf=I($a),Ra=new Array(3).concat("e0ecf49ebcda8856a7","edf8fbb3cde38c96c688419d","edf8fbb3cde38c96c68856a7810f7c","edf8fbbfd3e69ebcda8c96c68856a7810f7c","edf8fbbfd3e69ebcda8c96c68c6bb188419d6e016b","f7fcfde0ecf4bfd3e69ebcda8c96c68c6bb188419d6e016b","f7fcfde0ecf4bfd3e69ebcda8c96c68c6bb188419d810f7c4d004b").map(E),Lf=I(Ra),Na=new Array(3).concat("e0f3dba8ddb543a2ca","f0f9e8bae4bc7bccc42b8cbe","f0f9e8bae4bc7bccc443a2ca0868ac","f0f9e8ccebc5a8ddb57bccc443a2ca0868ac","f0f9e8ccebc5a8ddb57bccc44eb3d32b8cbe08589e","f7fcf0e0f3dbccebc5a8ddb57bccc44eb3d32b8cbe08589e","f7fcf0e0f3dbccebc5a8ddb57bccc44eb3d32b8cbe0868ac084081").map(E),Cf=I(Na),La=new Array(3).concat("fee8c8fdbb84e34a33","fef0d9fdcc8afc8d59d7301f","fef0d9fdcc8afc8d59e34a33b30000","fef0d9fdd49efdbb84fc8d59e34a33b30000","fef0d9fdd49efdbb84fc8d59ef6548d7301f990000","fff7ecfee8c8fdd49efdbb84fc8d59ef6548d7301f990000","fff7ecfee8c8fdd49efdbb84fc8d59ef6548d7301fb300007f0000").map(E),Pf=I(La),Ca=new Array(3).concat("ece2f0a6bddb1c9099","f6eff7bdc9e167a9cf02818a","f6eff7bdc9e167a9cf1c9099016c59","f6eff7d0d1e6a6bddb67a9cf1c9099016c59","f6eff7d0d1e6a6bddb67a9cf3690c002818a016450","fff7fbece2f0d0d1e6a6bddb67a9cf3690c002818a016450","fff7fbece2f0d0d1e6a6bddb67a9cf3690c002818a016c59014636").map(E),Of=I(Ca),Pa=new Array(3).concat("ece7f2a6bddb2b8cbe","f1eef6bdc9e174a9cf0570b0","f1eef6bdc9e174a9cf2b8cbe045a8d","f1eef6d0d1e6a6bddb74a9cf2b8cbe045a8d","f1eef6d0d1e6a6bddb74a9cf3690c00570b0034e7b","fff7fbece7f2d0d1e6a6bddb74a9cf3690c00570b0034e7b","fff7fbece7f2d0d1e6a6bddb74a9cf3690c00570b0045a8d023858").map(E),If=I(Pa),Oa=new Array(3).concat("e7e1efc994c7dd1c77","f1eef6d7b5d8df65b0ce1256","f1eef6d7b5d8df65b0dd1c77980043","f1eef6d4b9dac994c7df65b0dd1c77980043","f1eef6d4b9dac994c7df65b0e7298ace125691003f","f7f4f9e7e1efd4b9dac994c7df65b0e7298ace125691003f","f7f4f9e7e1efd4b9dac994c7df65b0e7298ace125698004367001f").map(E),Hf=I(Oa),Ia=new Array(3).concat("fde0ddfa9fb5c51b8a","feebe2fbb4b9f768a1ae017e","feebe2fbb4b9f768a1c51b8a7a0177","feebe2fcc5c0fa9fb5f768a1c51b8a7a0177","feebe2fcc5c0fa9fb5f768a1dd3497ae017e7a0177","fff7f3fde0ddfcc5c0fa9fb5f768a1dd3497ae017e7a0177","fff7f3fde0ddfcc5c0fa9fb5f768a1dd3497ae017e7a017749006a").map(E),Ff=I(Ia),Ha=new Array(3).concat("edf8b17fcdbb2c7fb8","ffffcca1dab441b6c4225ea8","ffffcca1dab441b6c42c7fb8253494","ffffccc7e9b47fcdbb41b6c42c7fb8253494","ffffccc7e9b47fcdbb41b6c41d91c0225ea80c2c84","ffffd9edf8b1c7e9b47fcdbb41b6c41d91c0225ea80c2c84","ffffd9edf8b1c7e9b47fcdbb41b6c41d91c0225ea8253494081d58").map(E),zf=I(Ha),Fa=new Array(3).concat("f7fcb9addd8e31a354","ffffccc2e69978c679238443","ffffccc2e69978c67931a354006837","ffffccd9f0a3addd8e78c67931a354006837","ffffccd9f0a3addd8e78c67941ab5d238443005a32","ffffe5f7fcb9d9f0a3addd8e78c67941ab5d238443005a32","ffffe5f7fcb9d9f0a3addd8e78c67941ab5d238443006837004529").map(E),Gf=I(Fa),za=new Array(3).concat("fff7bcfec44fd95f0e","ffffd4fed98efe9929cc4c02","ffffd4fed98efe9929d95f0e993404","ffffd4fee391fec44ffe9929d95f0e993404","ffffd4fee391fec44ffe9929ec7014cc4c028c2d04","ffffe5fff7bcfee391fec44ffe9929ec7014cc4c028c2d04","ffffe5fff7bcfee391fec44ffe9929ec7014cc4c02993404662506").map(E),Bf=I(za),Ga=new Array(3).concat("ffeda0feb24cf03b20","ffffb2fecc5cfd8d3ce31a1c","ffffb2fecc5cfd8d3cf03b20bd0026","ffffb2fed976feb24cfd8d3cf03b20bd0026","ffffb2fed976feb24cfd8d3cfc4e2ae31a1cb10026","ffffccffeda0fed976feb24cfd8d3cfc4e2ae31a1cb10026","ffffccffeda0fed976feb24cfd8d3cfc4e2ae31a1cbd0026800026").map(E),Vf=I(Ga),Ba=new Array(3).concat("deebf79ecae13182bd","eff3ffbdd7e76baed62171b5","eff3ffbdd7e76baed63182bd08519c","eff3ffc6dbef9ecae16baed63182bd08519c","eff3ffc6dbef9ecae16baed64292c62171b5084594","f7fbffdeebf7c6dbef9ecae16baed64292c62171b5084594","f7fbffdeebf7c6dbef9ecae16baed64292c62171b508519c08306b").map(E),Df=I(Ba),Va=new Array(3).concat("e5f5e0a1d99b31a354","edf8e9bae4b374c476238b45","edf8e9bae4b374c47631a354006d2c","edf8e9c7e9c0a1d99b74c47631a354006d2c","edf8e9c7e9c0a1d99b74c47641ab5d238b45005a32","f7fcf5e5f5e0c7e9c0a1d99b74c47641ab5d238b45005a32","f7fcf5e5f5e0c7e9c0a1d99b74c47641ab5d238b45006d2c00441b").map(E),qf=I(Va),Da=new Array(3).concat("f0f0f0bdbdbd636363","f7f7f7cccccc969696525252","f7f7f7cccccc969696636363252525","f7f7f7d9d9d9bdbdbd969696636363252525","f7f7f7d9d9d9bdbdbd969696737373525252252525","fffffff0f0f0d9d9d9bdbdbd969696737373525252252525","fffffff0f0f0d9d9d9bdbdbd969696737373525252252525000000").map(E),Yf=I(Da),qa=new Array(3).concat("efedf5bcbddc756bb1","f2f0f7cbc9e29e9ac86a51a3","f2f0f7cbc9e29e9ac8756bb154278f","f2f0f7dadaebbcbddc9e9ac8756bb154278f","f2f0f7dadaebbcbddc9e9ac8807dba6a51a34a1486","fcfbfdefedf5dadaebbcbddc9e9ac8807dba6a51a34a1486","fcfbfdefedf5dadaebbcbddc9e9ac8807dba6a51a354278f3f007d").map(E),Xf=I(qa),Ya=new Array(3).concat("fee0d2fc9272de2d26","fee5d9fcae91fb6a4acb181d","fee5d9fcae91fb6a4ade2d26a50f15","fee5d9fcbba1fc9272fb6a4ade2d26a50f15","fee5d9fcbba1fc9272fb6a4aef3b2ccb181d99000d","fff5f0fee0d2fcbba1fc9272fb6a4aef3b2ccb181d99000d","fff5f0fee0d2fcbba1fc9272fb6a4aef3b2ccb181da50f1567000d").map(E),jf=I(Ya),Xa=new Array(3).concat("fee6cefdae6be6550d","feeddefdbe85fd8d3cd94701","feeddefdbe85fd8d3ce6550da63603","feeddefdd0a2fdae6bfd8d3ce6550da63603","feeddefdd0a2fdae6bfd8d3cf16913d948018c2d04","fff5ebfee6cefdd0a2fdae6bfd8d3cf16913d948018c2d04","fff5ebfee6cefdd0a2fdae6bfd8d3cf16913d94801a636037f2704").map(E),Uf=I(Xa);var Wf=xt(Z(300,.5,0),Z(-240,.5,1)),Kf=xt(Z(-100,.75,.35),Z(80,1.5,.8)),Zf=xt(Z(260,.75,.35),Z(80,1.5,.8)),Qf=Z();var Jf=ye(),ec=Math.PI/3,tc=Math.PI*2/3;function _t(t){var e=t.length;return function(n){return t[Math.max(0,Math.min(e-1,Math.floor(n*e)))]}}var Ur=_t(E("44015444025645045745055946075a46085c460a5d460b5e470d60470e6147106347116447136548146748166848176948186a481a6c481b6d481c6e481d6f481f70482071482173482374482475482576482677482878482979472a7a472c7a472d7b472e7c472f7d46307e46327e46337f463480453581453781453882443983443a83443b84433d84433e85423f854240864241864142874144874045884046883f47883f48893e49893e4a893e4c8a3d4d8a3d4e8a3c4f8a3c508b3b518b3b528b3a538b3a548c39558c39568c38588c38598c375a8c375b8d365c8d365d8d355e8d355f8d34608d34618d33628d33638d32648e32658e31668e31678e31688e30698e306a8e2f6b8e2f6c8e2e6d8e2e6e8e2e6f8e2d708e2d718e2c718e2c728e2c738e2b748e2b758e2a768e2a778e2a788e29798e297a8e297b8e287c8e287d8e277e8e277f8e27808e26818e26828e26828e25838e25848e25858e24868e24878e23888e23898e238a8d228b8d228c8d228d8d218e8d218f8d21908d21918c20928c20928c20938c1f948c1f958b1f968b1f978b1f988b1f998a1f9a8a1e9b8a1e9c891e9d891f9e891f9f881fa0881fa1881fa1871fa28720a38620a48621a58521a68522a78522a88423a98324aa8325ab8225ac8226ad8127ad8128ae8029af7f2ab07f2cb17e2db27d2eb37c2fb47c31b57b32b67a34b67935b77937b87838b9773aba763bbb753dbc743fbc7340bd7242be7144bf7046c06f48c16e4ac16d4cc26c4ec36b50c46a52c56954c56856c66758c7655ac8645cc8635ec96260ca6063cb5f65cb5e67cc5c69cd5b6ccd5a6ece5870cf5773d05675d05477d1537ad1517cd2507fd34e81d34d84d44b86d54989d5488bd6468ed64590d74393d74195d84098d83e9bd93c9dd93ba0da39a2da37a5db36a8db34aadc32addc30b0dd2fb2dd2db5de2bb8de29bade28bddf26c0df25c2df23c5e021c8e020cae11fcde11dd0e11cd2e21bd5e21ad8e219dae319dde318dfe318e2e418e5e419e7e419eae51aece51befe51cf1e51df4e61ef6e620f8e621fbe723fde725")),nc=_t(E("00000401000501010601010802010902020b02020d03030f03031204041405041606051806051a07061c08071e0907200a08220b09240c09260d0a290e0b2b100b2d110c2f120d31130d34140e36150e38160f3b180f3d19103f1a10421c10441d11471e114920114b21114e22115024125325125527125829115a2a115c2c115f2d11612f116331116533106734106936106b38106c390f6e3b0f703d0f713f0f72400f74420f75440f764510774710784910784a10794c117a4e117b4f127b51127c52137c54137d56147d57157e59157e5a167e5c167f5d177f5f187f601880621980641a80651a80671b80681c816a1c816b1d816d1d816e1e81701f81721f817320817521817621817822817922827b23827c23827e24828025828125818326818426818627818827818928818b29818c29818e2a81902a81912b81932b80942c80962c80982d80992d809b2e7f9c2e7f9e2f7fa02f7fa1307ea3307ea5317ea6317da8327daa337dab337cad347cae347bb0357bb2357bb3367ab5367ab73779b83779ba3878bc3978bd3977bf3a77c03a76c23b75c43c75c53c74c73d73c83e73ca3e72cc3f71cd4071cf4070d0416fd2426fd3436ed5446dd6456cd8456cd9466bdb476adc4869de4968df4a68e04c67e24d66e34e65e44f64e55064e75263e85362e95462ea5661eb5760ec5860ed5a5fee5b5eef5d5ef05f5ef1605df2625df2645cf3655cf4675cf4695cf56b5cf66c5cf66e5cf7705cf7725cf8745cf8765cf9785df9795df97b5dfa7d5efa7f5efa815ffb835ffb8560fb8761fc8961fc8a62fc8c63fc8e64fc9065fd9266fd9467fd9668fd9869fd9a6afd9b6bfe9d6cfe9f6dfea16efea36ffea571fea772fea973feaa74feac76feae77feb078feb27afeb47bfeb67cfeb77efeb97ffebb81febd82febf84fec185fec287fec488fec68afec88cfeca8dfecc8ffecd90fecf92fed194fed395fed597fed799fed89afdda9cfddc9efddea0fde0a1fde2a3fde3a5fde5a7fde7a9fde9aafdebacfcecaefceeb0fcf0b2fcf2b4fcf4b6fcf6b8fcf7b9fcf9bbfcfbbdfcfdbf")),rc=_t(E("00000401000501010601010802010a02020c02020e03021004031204031405041706041907051b08051d09061f0a07220b07240c08260d08290e092b10092d110a30120a32140b34150b37160b39180c3c190c3e1b0c411c0c431e0c451f0c48210c4a230c4c240c4f260c51280b53290b552b0b572d0b592f0a5b310a5c320a5e340a5f3609613809623909633b09643d09653e0966400a67420a68440a68450a69470b6a490b6a4a0c6b4c0c6b4d0d6c4f0d6c510e6c520e6d540f6d550f6d57106e59106e5a116e5c126e5d126e5f136e61136e62146e64156e65156e67166e69166e6a176e6c186e6d186e6f196e71196e721a6e741a6e751b6e771c6d781c6d7a1d6d7c1d6d7d1e6d7f1e6c801f6c82206c84206b85216b87216b88226a8a226a8c23698d23698f24699025689225689326679526679727669827669a28659b29649d29649f2a63a02a63a22b62a32c61a52c60a62d60a82e5fa92e5eab2f5ead305dae305cb0315bb1325ab3325ab43359b63458b73557b93556ba3655bc3754bd3853bf3952c03a51c13a50c33b4fc43c4ec63d4dc73e4cc83f4bca404acb4149cc4248ce4347cf4446d04545d24644d34743d44842d54a41d74b3fd84c3ed94d3dda4e3cdb503bdd513ade5238df5337e05536e15635e25734e35933e45a31e55c30e65d2fe75e2ee8602de9612bea632aeb6429eb6628ec6726ed6925ee6a24ef6c23ef6e21f06f20f1711ff1731df2741cf3761bf37819f47918f57b17f57d15f67e14f68013f78212f78410f8850ff8870ef8890cf98b0bf98c0af98e09fa9008fa9207fa9407fb9606fb9706fb9906fb9b06fb9d07fc9f07fca108fca309fca50afca60cfca80dfcaa0ffcac11fcae12fcb014fcb216fcb418fbb61afbb81dfbba1ffbbc21fbbe23fac026fac228fac42afac62df9c72ff9c932f9cb35f8cd37f8cf3af7d13df7d340f6d543f6d746f5d949f5db4cf4dd4ff4df53f4e156f3e35af3e55df2e661f2e865f2ea69f1ec6df1ed71f1ef75f1f179f2f27df2f482f3f586f3f68af4f88ef5f992f6fa96f8fb9af9fc9dfafda1fcffa4")),ic=_t(E("0d088710078813078916078a19068c1b068d1d068e20068f2206902406912605912805922a05932c05942e05952f059631059733059735049837049938049a3a049a3c049b3e049c3f049c41049d43039e44039e46039f48039f4903a04b03a14c02a14e02a25002a25102a35302a35502a45601a45801a45901a55b01a55c01a65e01a66001a66100a76300a76400a76600a76700a86900a86a00a86c00a86e00a86f00a87100a87201a87401a87501a87701a87801a87a02a87b02a87d03a87e03a88004a88104a78305a78405a78606a68707a68808a68a09a58b0aa58d0ba58e0ca48f0da4910ea3920fa39410a29511a19613a19814a099159f9a169f9c179e9d189d9e199da01a9ca11b9ba21d9aa31e9aa51f99a62098a72197a82296aa2395ab2494ac2694ad2793ae2892b02991b12a90b22b8fb32c8eb42e8db52f8cb6308bb7318ab83289ba3388bb3488bc3587bd3786be3885bf3984c03a83c13b82c23c81c33d80c43e7fc5407ec6417dc7427cc8437bc9447aca457acb4679cc4778cc4977cd4a76ce4b75cf4c74d04d73d14e72d24f71d35171d45270d5536fd5546ed6556dd7566cd8576bd9586ada5a6ada5b69db5c68dc5d67dd5e66de5f65de6164df6263e06363e16462e26561e26660e3685fe4695ee56a5de56b5de66c5ce76e5be76f5ae87059e97158e97257ea7457eb7556eb7655ec7754ed7953ed7a52ee7b51ef7c51ef7e50f07f4ff0804ef1814df1834cf2844bf3854bf3874af48849f48948f58b47f58c46f68d45f68f44f79044f79143f79342f89441f89540f9973ff9983ef99a3efa9b3dfa9c3cfa9e3bfb9f3afba139fba238fca338fca537fca636fca835fca934fdab33fdac33fdae32fdaf31fdb130fdb22ffdb42ffdb52efeb72dfeb82cfeba2cfebb2bfebd2afebe2afec029fdc229fdc328fdc527fdc627fdc827fdca26fdcb26fccd25fcce25fcd025fcd225fbd324fbd524fbd724fad824fada24f9dc24f9dd25f8df25f8e125f7e225f7e425f6e626f6e826f5e926f5eb27f4ed27f3ee27f3f027f2f227f1f426f1f525f0f724f0f921"));function xe(t){let e=1/0,n=-1/0;for(let r of t)r===null||!(r>0)||r===1/0||(e=Math.min(e,r),n=Math.max(n,r));return e<=n?{low:e,high:n}:null}function wt(t,e,n,r=1.02){let i=t.high/t.low;return{low:t.low/Math.max(i**e,r),high:t.high*Math.max(i**n,r)}}function Ze(t,e){return Math.log(e/t.low)/Math.log(t.high/t.low)}function ce(t,e){return t.low*(t.high/t.low)**e}function Qe(t,e,n){let r={low:ce(t,e-e*n),high:ce(t,e+(1-e)*n)},i=r.high/r.low;return i>=1.0005&&i<=1e40?r:t}function yn(t,e){return{low:ce(t,e),high:ce(t,1+e)}}function xn(t,e,n){let r={low:ce(t,Math.min(e,n)),high:ce(t,Math.max(e,n))};return r.high/r.low>=1.0005?r:t}var ja={light:[.02,.88],dark:[.3,1]};function vt(t,e){let[n,r]=ja[e];return Ur(n+Math.min(Math.max(t,0),1)*(r-n))}function de(t,e,n){return t===null||!e||!(t>0)?n==="dark"?"#9aa3af":"#7b8794":vt(e.high>e.low?Ze(e,t):.5,n)}function h(t,e={},...n){let r=document.createElement(t);return _e(r,e),Wr(r,n),r}var Ua="http://www.w3.org/2000/svg";function k(t,e={},...n){let r=document.createElementNS(Ua,t);return _e(r,e),Wr(r,n),r}function ue(t){let e=t.split("`");return e.length%2===0?h("span",{},t):h("span",{},...e.map((n,r)=>r%2?h("code",{},n):n))}function D(t,...e){t.replaceChildren(...e.filter(n=>n!==null))}function _e(t,e){for(let[n,r]of Object.entries(e))r===null||r===!1?t.removeAttribute(n):t.setAttribute(n,r===!0?"":String(r))}function Wr(t,e){for(let n of e)n!==null&&t.append(n)}function Wa(t){return Math.abs(t=Math.round(t))>=1e21?t.toLocaleString("en").replace(/,/g,""):t.toString(10)}function kt(t,e){if(!isFinite(t)||t===0)return null;var n=(t=e?t.toExponential(e-1):t.toExponential()).indexOf("e"),r=t.slice(0,n);return[r.length>1?r[0]+r.slice(2):r,+t.slice(n+1)]}function Ka(t){return t=kt(Math.abs(t)),t?t[1]:NaN}function Za(t,e){return function(n,r){for(var i=n.length,o=[],a=0,s=t[0],l=0;i>0&&s>0&&(l+s+1>r&&(s=Math.max(1,r-l)),o.push(n.substring(i-=s,i+s)),!((l+=s+1)>r));)s=t[a=(a+1)%t.length];return o.reverse().join(e)}}function Qa(t){return function(e){return e.replace(/[0-9]/g,function(n){return t[+n]})}}var Ja=/^(?:(.)?([<>=^]))?([+\-( ])?([$#])?(0)?(\d+)?(,)?(\.\d+)?(~)?([a-z%])?$/i;function _n(t){if(!(e=Ja.exec(t)))throw new Error("invalid format: "+t);var e;return new wn({fill:e[1],align:e[2],sign:e[3],symbol:e[4],zero:e[5],width:e[6],comma:e[7],precision:e[8]&&e[8].slice(1),trim:e[9],type:e[10]})}_n.prototype=wn.prototype;function wn(t){this.fill=t.fill===void 0?" ":t.fill+"",this.align=t.align===void 0?">":t.align+"",this.sign=t.sign===void 0?"-":t.sign+"",this.symbol=t.symbol===void 0?"":t.symbol+"",this.zero=!!t.zero,this.width=t.width===void 0?void 0:+t.width,this.comma=!!t.comma,this.precision=t.precision===void 0?void 0:+t.precision,this.trim=!!t.trim,this.type=t.type===void 0?"":t.type+""}wn.prototype.toString=function(){return this.fill+this.align+this.sign+this.symbol+(this.zero?"0":"")+(this.width===void 0?"":Math.max(1,this.width|0))+(this.comma?",":"")+(this.precision===void 0?"":"."+Math.max(0,this.precision|0))+(this.trim?"~":"")+this.type};function es(t){e:for(var e=t.length,n=1,r=-1,i;n<e;++n)switch(t[n]){case".":r=i=n;break;case"0":r===0&&(r=n),i=n;break;default:if(!+t[n])break e;r>0&&(r=0);break}return r>0?t.slice(0,r)+t.slice(i+1):t}var Tt;function ts(t,e){var n=kt(t,e);if(!n)return Tt=void 0,t.toPrecision(e);var r=n[0],i=n[1],o=i-(Tt=Math.max(-8,Math.min(8,Math.floor(i/3)))*3)+1,a=r.length;return o===a?r:o>a?r+new Array(o-a+1).join("0"):o>0?r.slice(0,o)+"."+r.slice(o):"0."+new Array(1-o).join("0")+kt(t,Math.max(0,e+o-1))[0]}function Kr(t,e){var n=kt(t,e);if(!n)return t+"";var r=n[0],i=n[1];return i<0?"0."+new Array(-i).join("0")+r:r.length>i+1?r.slice(0,i+1)+"."+r.slice(i+1):r+new Array(i-r.length+2).join("0")}var Zr={"%":(t,e)=>(t*100).toFixed(e),b:t=>Math.round(t).toString(2),c:t=>t+"",d:Wa,e:(t,e)=>t.toExponential(e),f:(t,e)=>t.toFixed(e),g:(t,e)=>t.toPrecision(e),o:t=>Math.round(t).toString(8),p:(t,e)=>Kr(t*100,e),r:Kr,s:ts,X:t=>Math.round(t).toString(16).toUpperCase(),x:t=>Math.round(t).toString(16)};function Qr(t){return t}var Jr=Array.prototype.map,ei=["y","z","a","f","p","n","µ","m","","k","M","G","T","P","E","Z","Y"];function ns(t){var e=t.grouping===void 0||t.thousands===void 0?Qr:Za(Jr.call(t.grouping,Number),t.thousands+""),n=t.currency===void 0?"":t.currency[0]+"",r=t.currency===void 0?"":t.currency[1]+"",i=t.decimal===void 0?".":t.decimal+"",o=t.numerals===void 0?Qr:Qa(Jr.call(t.numerals,String)),a=t.percent===void 0?"%":t.percent+"",s=t.minus===void 0?"−":t.minus+"",l=t.nan===void 0?"NaN":t.nan+"";function f(c,d){c=_n(c);var p=c.fill,b=c.align,m=c.sign,y=c.symbol,x=c.zero,v=c.width,M=c.comma,T=c.precision,N=c.trim,$=c.type;$==="n"?(M=!0,$="g"):Zr[$]||(T===void 0&&(T=12),N=!0,$="g"),(x||p==="0"&&b==="=")&&(x=!0,p="0",b="=");var O=(d&&d.prefix!==void 0?d.prefix:"")+(y==="$"?n:y==="#"&&/[boxX]/.test($)?"0"+$.toLowerCase():""),C=(y==="$"?r:/[%p]/.test($)?a:"")+(d&&d.suffix!==void 0?d.suffix:""),_=Zr[$],S=/[defgprs%]/.test($);T=T===void 0?6:/[gprs]/.test($)?Math.max(1,Math.min(21,T)):Math.max(0,Math.min(20,T));function A(w){var P=O,L=C,F,R,H;if($==="c")L=_(w)+L,w="";else{w=+w;var B=w<0||1/w<0;if(w=isNaN(w)?l:_(Math.abs(w),T),N&&(w=es(w)),B&&+w==0&&m!=="+"&&(B=!1),P=(B?m==="("?m:s:m==="-"||m==="("?"":m)+P,L=($==="s"&&!isNaN(w)&&Tt!==void 0?ei[8+Tt/3]:"")+L+(B&&m==="("?")":""),S){for(F=-1,R=w.length;++F<R;)if(H=w.charCodeAt(F),48>H||H>57){L=(H===46?i+w.slice(F+1):w.slice(F))+L,w=w.slice(0,F);break}}}M&&!x&&(w=e(w,1/0));var z=P.length+w.length+L.length,X=z<v?new Array(v-z+1).join(p):"";switch(M&&x&&(w=e(X+w,X.length?v-L.length:1/0),X=""),b){case"<":w=P+w+L+X;break;case"=":w=P+X+w+L;break;case"^":w=X.slice(0,z=X.length>>1)+P+w+L+X.slice(z);break;default:w=X+P+w+L;break}return o(w)}return A.toString=function(){return c+""},A}function u(c,d){var p=Math.max(-8,Math.min(8,Math.floor(Ka(d)/3)))*3,b=Math.pow(10,-p),m=f((c=_n(c),c.type="f",c),{suffix:ei[8+p/3]});return function(y){return m(b*y)}}return{format:f,formatPrefix:u}}var Mt,vn,rs;is({thousands:",",grouping:[3],currency:["$",""]});function is(t){return Mt=ns(t),vn=Mt.format,rs=Mt.formatPrefix,Mt}var os="−",as=vn(".3~s");function ae(t,e=2,{trim:n=!0}={}){let[r="",i="0"]=t.toExponential(e-1).split("e"),o=n&&r.includes(".")?r.replace(/\.?0+$/,""):r;return{mantissa:o==="1"?"":o,exponent:Number(i)}}function ni(t,e=2){if(!Number.isFinite(t))return"unknown";let{mantissa:n,exponent:r}=ae(t,e);return`${n||"1"}e${r}`}function q(t){return t===null||!Number.isFinite(t)?"–":t<1e3?`${Number(t.toPrecision(3))}`:as(t).replace("G","B")}function G(t,e=4){if(t===null||!Number.isFinite(t))return"–";if(t===0)return"0";let n=e-1-Math.floor(Math.log10(Math.abs(t)));return Mn(t.toFixed(Math.min(Math.max(n,0),12)))}function He(t,e=1){if(t===null||!Number.isFinite(t))return"–";if(t>10)return Je(1+t);let n=(100*t).toFixed(e),r=Number(n)===0;return`${r||t<0?"":"+"}${Mn(r?n.replace("-",""):n)} %`}function Q(t){return`${Number((100*t).toPrecision(3))} %`}function ri(t){return t<.01?"<1 %":t>.99?">99 %":`${Math.round(100*t)} %`}function ii(t,e,n){let r=[t,e,n],i=Math.max(...r.map(Math.abs));if(!(i>0)||!Number.isFinite(i))return["–","–","–"];let o=i/Math.max(Math.abs(t),1e-300)>=1e4&&i>=1;if(i>=1e5||i<.001||o)return r.map(u=>ti(u));let a=Math.abs(n-e)||i*1e-4,s=1-Math.floor(Math.log10(a)),l=4-Math.floor(Math.log10(i)),f=Math.min(Math.max(s,0),Math.max(l,0),6);return r.map(u=>{let c=u.toFixed(f);return Number(c)===0?ti(u):Mn(c)})}function ti(t){let e=Math.abs(t);return e===0?"0":e>=.001&&e<1e5?G(t,3):ae(t,2)}function oi(t){return t<5?"just now":`${ss(t)} ago`}function ss(t){return t===null||!Number.isFinite(t)?"–":t<60?`${Math.round(t)} s`:t<3600?`${Math.round(t/60)} min`:t<48*3600?`${Math.round(t/3600)} h`:`${Math.round(t/86400)} d`}function se(t,e){return`${t.toLocaleString("en")} ${e}${t===1?"":"s"}`}function Je(t){return`${t<10?Number(t.toPrecision(2)):q(Math.round(t))}×`}function Mn(t){return t.replace("-",os)}function St(t){return t.map(([e,n])=>`${n.toLocaleString("en")} ${e}`).join(", ")}function ai({columns:t}){return t.name.map((e,n)=>({name:e,status:t.status[n]??"completed",reason:t.reason[n]??"",notFitted:t.not_fitted[n]??"",size:t.size[n]??"",exampleUnit:t.example_unit[n]??"example",loss:t.loss[n]??null,n_params:t.n_params[n]??null,n_examples:t.n_examples[n]??null,train_flops:t.train_flops[n]??null,plannedExamples:t.planned_examples[n]??null,plannedFlops:t.planned_flops[n]??null,seed:t.seed[n]??null,elapsedSeconds:t.elapsed_seconds[n]??null,prediction:ls(t.prediction[n]??null)}))}function et(t,e){if(e==="n_params")return t.n_params;let n=e==="train_flops"?t.plannedFlops:t.plannedExamples;return t.status==="completed"?t[e]:n??t[e]}function le(t){return t==="n_params"?"n_examples":"n_params"}function Fe(t,e){let n=t[e];return n!==null&&n>0&&t.loss!==null&&t.loss>0}function At(t){return t.prediction!==null&&t.status==="completed"&&t.notFitted!==""}function Et(t){let e=new Map,n=({name:r,log_residual:i})=>r.forEach((o,a)=>{let s=i[a];typeof s=="number"&&e.set(o,Math.expm1(s))});return t&&[t.residuals,t.tested].forEach(n),e}function $t(t){return Tn.map(e=>[e,t.filter(n=>n.status===e).length]).filter(([,e])=>e>0)}var Tn=["completed","running","stalled","stopped","diverged","failed"];function ls(t){if(!t)return null;let{loss:e,low:n,high:r}=t;return!kn(e)||!kn(n)||!kn(r)?null:{loss:e,low:n,high:r,level:t.level??null}}function kn(t){return typeof t=="number"&&t>0}var K={x:"train_flops",form:"auto",loss:"final",paramConvention:"total",level:.9,runs:""};function si(t,e){return Object.keys(K).every(n=>t[n]===e[n])}var Rt=[{value:"train_flops",label:"Compute",hint:"Loss against the FLOPs of the whole training, C"},{value:"n_params",label:"Parameters",hint:"Loss against the size of the model, N"},{value:"n_examples",label:"Data",hint:"Loss against the examples seen, D"}],Nt=[{value:"final",label:"Final",hint:"The loss at the end of each run"},{value:"best",label:"Best",hint:"The lowest loss that each run reached"},{value:"tail",label:"Late mean",hint:"The mean over the last tenth of each run"}],Lt=[{value:"total",label:"All layers",hint:"N counts every trainable parameter"},{value:"non_embedding",label:"Hidden only",hint:"N counts the hidden layers: no embeddings, no head"},{value:"non_embedding_plus_head",label:"Hidden and head",hint:"N counts the hidden layers and the head: no embeddings"}],Ct=[.5,.8,.9,.95,.99],li={train_flops:"C",n_params:"N",n_examples:"D"};function tt({fit:t,options:e}){return t&&si(t.asked,e)?t:null}function ee(t){let e=tt(t);return e?.reason===null?e:null}function fi(t,e){return e===null?void 0:t.runs.find(n=>n.name===e)}function Pt(t){let e=t.answer?.loss_name??"";return e===""?"Loss":e==="val_loss"?"Held-out loss":e==="loss"?"Training loss":e}function we(t){let e=new Set(t.runs.map(r=>r.exampleUnit)),[n]=e;return e.size===1&&n?n:"example"}var Sn={x:{low:1,high:10},y:{low:1,high:10}},ci=.3,fs=5;function ui(t,e,n){let r=t.filter(b=>Fe(b,n)),i=r.filter(b=>b.status==="completed"),o=i.length>=fs?i:r,a=t.filter(b=>b.prediction&&et(b,n)),s=xe([...o.map(b=>b[n]),...a.map(b=>et(b,n))]),l=xe([...o.map(b=>b.loss),...a.flatMap(({prediction:b})=>b&&[b.low,b.high])]);if(!s||!l)return null;let f=di(s,r.map(b=>b[n])),u=wt(f,.05,.1,1.25),c=r.filter(b=>hi(u,b[n])),d=di(l,c.map(b=>b.loss)),p=xe([d.low,d.high,...cs(e,f,u)])??d;return{x:u,y:wt(p,.06,.06)}}function di(t,e){let n=wt(t,ci,ci,1.1),r=xe(e.filter(i=>hi(n,i)))??t;return{low:Math.min(t.low,r.low),high:Math.max(t.high,r.high)}}function hi({low:t,high:e},n){return n!==null&&n>=t&&n<=e}function cs(t,e,n){let r=t?.curves.find(i=>i.role!=="slice");return r?r.x.flatMap((i,o)=>i>=e.high&&i<=n.high?[r.mean[o]??NaN]:[]):[]}function ve(t,e=2,{trim:n=!0}={}){return t===null||!Number.isFinite(t)?"–":nt(ae(t,e,{trim:n}))}function nt(t){if(typeof t=="string")return t;let{mantissa:e,exponent:n}=t;return h("span",{class:"sci"},e&&`${e} × `,"10",ds(n))}function An({mantissa:t,exponent:e}){return[k("tspan",{},t?`${t}×10`:"10"),k("tspan",{dy:"-0.55em","font-size":"75%"},pi(e))]}function ds(t){return h("sup",{},pi(t))}function pi(t){return String(t).replace("-","−")}function Ot(t,e){return t==null||e==null?NaN:t<e?-1:t>e?1:t>=e?0:NaN}function us(t,e){return t==null||e==null?NaN:e<t?-1:e>t?1:e>=t?0:NaN}function mi(t){let e,n,r;t.length!==2?(e=Ot,n=(s,l)=>Ot(t(s),l),r=(s,l)=>t(s)-l):(e=t===Ot||t===us?t:hs,n=t,r=t);function i(s,l,f=0,u=s.length){if(f<u){if(e(l,l)!==0)return u;do{let c=f+u>>>1;n(s[c],l)<0?f=c+1:u=c}while(f<u)}return f}function o(s,l,f=0,u=s.length){if(f<u){if(e(l,l)!==0)return u;do{let c=f+u>>>1;n(s[c],l)<=0?f=c+1:u=c}while(f<u)}return f}function a(s,l,f=0,u=s.length){let c=i(s,l,f,u-1);return c>f&&r(s[c-1],l)>-r(s[c],l)?c-1:c}return{left:i,center:a,right:o}}function hs(){return 0}function ps(t){return t===null?NaN:+t}var bi=mi(Ot),kc=bi.right,Tc=bi.left,Sc=mi(ps).center;var Ac=gi(yi),Ec=gi(ms);function gi(t){return function(e,n,r=n){if(!((n=+n)>=0))throw new RangeError("invalid rx");if(!((r=+r)>=0))throw new RangeError("invalid ry");let{data:i,width:o,height:a}=e;if(!((o=Math.floor(o))>=0))throw new RangeError("invalid width");if(!((a=Math.floor(a!==void 0?a:i.length/o))>=0))throw new RangeError("invalid height");if(!o||!a||!n&&!r)return e;let s=n&&t(n),l=r&&t(r),f=i.slice();return s&&l?(ze(s,f,i,o,a),ze(s,i,f,o,a),ze(s,f,i,o,a),Ge(l,i,f,o,a),Ge(l,f,i,o,a),Ge(l,i,f,o,a)):s?(ze(s,i,f,o,a),ze(s,f,i,o,a),ze(s,i,f,o,a)):l&&(Ge(l,i,f,o,a),Ge(l,f,i,o,a),Ge(l,i,f,o,a)),e}}function ze(t,e,n,r,i){for(let o=0,a=r*i;o<a;)t(e,n,o,o+=r,1)}function Ge(t,e,n,r,i){for(let o=0,a=r*i;o<r;++o)t(e,n,o,o+a,r)}function ms(t){let e=yi(t);return(n,r,i,o,a)=>{i<<=2,o<<=2,a<<=2,e(n,r,i+0,o+0,a),e(n,r,i+1,o+1,a),e(n,r,i+2,o+2,a),e(n,r,i+3,o+3,a)}}function yi(t){let e=Math.floor(t);if(e===t)return bs(t);let n=t-e,r=2*t+1;return(i,o,a,s,l)=>{if(!((s-=l)>=a))return;let f=e*o[a],u=l*e,c=u+l;for(let d=a,p=a+u;d<p;d+=l)f+=o[Math.min(s,d)];for(let d=a,p=s;d<=p;d+=l)f+=o[Math.min(s,d+u)],i[d]=(f+n*(o[Math.max(a,d-c)]+o[Math.min(s,d+c)]))/r,f-=o[Math.max(a,d-u)]}}function bs(t){let e=2*t+1;return(n,r,i,o,a)=>{if(!((o-=a)>=i))return;let s=t*r[i],l=a*t;for(let f=i,u=i+l;f<u;f+=a)s+=r[Math.min(o,f)];for(let f=i,u=o;f<=u;f+=a)s+=r[Math.min(o,f+l)],n[f]=s/e,s-=r[Math.max(i,f-l)]}}var gs=Array.prototype,$c=gs.slice;var ys=Math.sqrt(50),xs=Math.sqrt(10),_s=Math.sqrt(2);function En(t,e,n){let r=(e-t)/Math.max(0,n),i=Math.floor(Math.log10(r)),o=r/Math.pow(10,i),a=o>=ys?10:o>=xs?5:o>=_s?2:1,s,l,f;return i<0?(f=Math.pow(10,-i)/a,s=Math.round(t*f),l=Math.round(e*f),s/f<t&&++s,l/f>e&&--l,f=-f):(f=Math.pow(10,i)*a,s=Math.round(t/f),l=Math.round(e/f),s*f<t&&++s,l*f>e&&--l),l<s&&.5<=n&&n<2?En(t,e,n*2):[s,l,f]}function xi(t,e,n){if(e=+e,t=+t,n=+n,!(n>0))return[];if(t===e)return[t];let r=e<t,[i,o,a]=r?En(e,t,n):En(t,e,n);if(!(o>=i))return[];let s=o-i+1,l=new Array(s);if(r)if(a<0)for(let f=0;f<s;++f)l[f]=(o-f)/-a;else for(let f=0;f<s;++f)l[f]=(o-f)*a;else if(a<0)for(let f=0;f<s;++f)l[f]=(i+f)/-a;else for(let f=0;f<s;++f)l[f]=(i+f)*a;return l}var Rc=ws(Math.random);function ws(t){return function(n,r=0,i=n.length){let o=i-(r=+r);for(;o;){let a=t()*o--|0,s=n[o+r];n[o+r]=n[a+r],n[a+r]=s}return n}}var vs=[[1,3],[1,2,5],[1,2,3,5],[1,1.5,2,3,5,7],[1,2,3,4,5,6,7,8,9],[1,1.5,2,2.5,3,3.5,4,4.5,5,6,7,8,9]];function Rn(t,e,n){if(!(t>0&&e>t&&Number.isFinite(e)))return[];let r=$n([1],t,e);if(r.length>=3)return Ms(r,t,e,n);let i=Math.log(e/t),o=[...vs.map(s=>$n(s,t,e)),...Array.from({length:n},(s,l)=>xi(t,e,l+1).filter(Ts))],a=r;for(let s of o)ks(s)>=.75*i/Math.max(n,1)&&s.length<=n&&s.length>a.length&&(a=s);return a.map(s=>({value:s,labelled:!0}))}function _i(t){for(let e=0;e<8;e++)if(t.every(r=>Math.abs(Number(r.toFixed(e))/r-1)<1e-9))return e;return 8}function Ms(t,e,n,r){let i=Math.ceil(t.length/Math.max(r,1)),o=new Set(t.filter(s=>Math.round(Math.log10(s))%i===0));return(t.length<=8?$n([1,2,3,4,5,6,7,8,9],e,n):t).map(s=>({value:s,labelled:o.has(s)}))}function $n(t,e,n){let r=[],i=Math.floor(Math.log10(e)),o=Math.ceil(Math.log10(n));for(let a=i;a<=o;a++)for(let s of t){let l=+`${s}e${a}`;l>=e&&l<=n&&r.push(l)}return r}function ks(t){let e=1/0;return t.forEach((n,r)=>{let i=t[r-1];i!==void 0&&(e=Math.min(e,Math.log(n/i)))}),e}function Ts(t){return t>0}var Ss=5,As=.0016;function wi(t,e){t.addEventListener("wheel",i=>Es(i,e),{passive:!1}),t.addEventListener("dblclick",()=>e.onView(null)),t.addEventListener("pointerleave",()=>e.onLeave());let n=null,r=!1;t.addEventListener("pointerdown",i=>{i.button===0&&(n={x:i.offsetX,y:i.offsetY,view:e.geometry().view,pans:i.shiftKey},r=!1,t.setPointerCapture(i.pointerId))}),t.addEventListener("pointermove",i=>{let{offsetX:o,offsetY:a}=i;if(!n)return e.onMove(o,a);r||=Math.hypot(o-n.x,a-n.y)>=Ss,r&&(n.pans?e.onView($s(n.view,e.geometry(),o-n.x,a-n.y)):e.onBox({x0:n.x,y0:n.y,x1:o,y1:a}))}),t.addEventListener("pointerup",i=>{n&&!r&&e.onClick(i.offsetX,i.offsetY),n&&r&&!n.pans&&e.onView(Rs(e.geometry(),n.x,n.y,i.offsetX,i.offsetY)),n=null,e.onBox(null)}),t.addEventListener("pointercancel",()=>{n=null,e.onBox(null)})}function vi({x:t,y:e},n){return{x:Qe(t,.5,n),y:Qe(e,.5,n)}}function Nn(){let{scrollHeight:t,clientHeight:e}=document.documentElement;return t<=e}function Es(t,{geometry:e,onView:n}){if(!Nn()&&!t.ctrlKey&&!t.metaKey)return;t.preventDefault();let r=e(),i=t.deltaMode===WheelEvent.DOM_DELTA_LINE?t.deltaY*16:t.deltaY,o=Math.exp(i*As),{offsetX:a,offsetY:s}=t,l=s>r.bottom,f=a<r.left,{x:u,y:c}=r.view;n({x:f?u:Qe(u,r.shareX(a),o),y:l?c:Qe(c,r.shareY(s),o)})}function $s({x:t,y:e},n,r,i){return{x:yn(t,-r/n.innerWidth),y:yn(e,i/n.innerHeight)}}function Rs(t,e,n,r,i){let{x:o,y:a}=t.view,s=u=>Math.min(Math.max(u,0),1),l=Math.abs(r-e)>=12,f=Math.abs(i-n)>=12;return{x:l?xn(o,s(t.shareX(e)),s(t.shareX(r))):o,y:f?xn(a,s(t.shareY(n)),s(t.shareY(i))):a}}var Ns={x:84,y:46},It=5,Ls="Drag or turn the wheel to zoom, double-click to reset",Cs="Drag or turn the wheel with Ctrl to zoom, double-click to reset",Ps=560;function Ti(t,e,n,r){let{left:i,right:o,top:a,bottom:s,view:l}=e,f=Rn(l.x.low,l.x.high,Mi("x",e.innerWidth)),u=Rn(l.y.low,l.y.high,Mi("y",e.innerHeight)),c=[];for(let m of f){let y=Math.round(e.x(m.value))+.5;c.push(ki(m,y,y,a,s)),m.labelled&&(c.push(k("line",{class:"tick",x1:y,x2:y,y1:s,y2:s+It})),c.push(Os(m.value,y,s+It+13,n)))}let d=_i(u.filter(m=>m.labelled).map(m=>m.value));for(let m of u){let y=Math.round(e.y(m.value))+.5;c.push(ki(m,i,o,y,y)),m.labelled&&(c.push(k("line",{class:"tick",x1:i-It,x2:i,y1:y,y2:y})),c.push(Is(m.value,i-It-4,y,d)))}let p=Math.round(s)+.5;c.push(k("line",{class:"axis",x1:i,x2:o,y1:p,y2:p}));let b={class:"axis-title",x:o,y:s+38,"text-anchor":"end"};if(c.push(k("text",b,`${r} →`)),e.innerWidth>=Ps){let m=Nn()?Ls:Cs;c.push(k("text",{class:"hint",x:i,y:s+38},m))}t.replaceChildren(...c)}function Mi(t,e){return Math.max(2,Math.floor(e/Ns[t]))}function ki(t,e,n,r,i){return k("line",{class:t.labelled?"grid":"grid minor",x1:e,x2:n,y1:r,y2:i})}function Os(t,e,n,r){let i={class:"tick-label",x:e,y:n,"text-anchor":"middle"};return r!=="train_flops"?k("text",i,q(t)):k("text",i,...An(ae(t,3)))}function Is(t,e,n,r){let i={class:"tick-label",x:e,y:n,dy:"0.32em","text-anchor":"end"};return t>=.001&&t<1e5?k("text",i,t.toFixed(r)):k("text",i,...An(ae(t,3)))}var Ht={top:10,right:20,bottom:44,left:60},rt=class{constructor(e,n,r){this.width=e;this.height=n;this.view=r;this.right=Math.max(e-Ht.right,this.left+1),this.bottom=Math.max(n-Ht.bottom,this.top+1)}width;height;view;left=Ht.left;top=Ht.top;right;bottom;get innerWidth(){return this.right-this.left}get innerHeight(){return this.bottom-this.top}x(e){return this.left+Ze(this.view.x,e)*this.innerWidth}y(e){return this.bottom-Ze(this.view.y,e)*this.innerHeight}shareX(e){return(e-this.left)/this.innerWidth}shareY(e){return(this.bottom-e)/this.innerHeight}valueX(e){return ce(this.view.x,this.shareX(e))}contains(e,n){return e>=this.left&&e<=this.right&&n>=this.top&&n<=this.bottom}};var it=Math.PI,Ln=2*it,Me=1e-6,Hs=Ln-Me;function Si(t){this._+=t[0];for(let e=1,n=t.length;e<n;++e)this._+=arguments[e]+t[e]}function Fs(t){let e=Math.floor(t);if(!(e>=0))throw new Error(`invalid digits: ${t}`);if(e>15)return Si;let n=10**e;return function(r){this._+=r[0];for(let i=1,o=r.length;i<o;++i)this._+=Math.round(arguments[i]*n)/n+r[i]}}function Ai(t,e,n,r){return t===n&&e===r}function zs(t){let e=Math.floor(t);if(!(e<=15))return Ai;let n=10**e,r=function(i){return Math.round(i*n)};return function(i,o,a,s){return r(i)===r(a)&&r(o)===r(s)}}var Be=class{constructor(e){this._x0=this._y0=this._x1=this._y1=null,this._="",this._append=e==null?Si:Fs(e),this._equal=e==null?Ai:zs(e)}moveTo(e,n){this._append`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}`}closePath(){this._x1!==null&&(this._x1=this._x0,this._y1=this._y0,this._append`Z`)}lineTo(e,n){this._append`L${this._x1=+e},${this._y1=+n}`}quadraticCurveTo(e,n,r,i){this._append`Q${+e},${+n},${this._x1=+r},${this._y1=+i}`}bezierCurveTo(e,n,r,i,o,a){this._append`C${+e},${+n},${+r},${+i},${this._x1=+o},${this._y1=+a}`}arcTo(e,n,r,i,o){if(e=+e,n=+n,r=+r,i=+i,o=+o,o<0)throw new Error(`negative radius: ${o}`);let a=this._x1,s=this._y1,l=r-e,f=i-n,u=a-e,c=s-n,d=u*u+c*c;if(this._x1===null)this._append`M${this._x1=e},${this._y1=n}`;else if(d>Me)if(!(Math.abs(c*l-f*u)>Me)||!o)this._append`L${this._x1=e},${this._y1=n}`;else{let p=r-a,b=i-s,m=l*l+f*f,y=p*p+b*b,x=Math.sqrt(m),v=Math.sqrt(d),M=o*Math.tan((it-Math.acos((m+d-y)/(2*x*v)))/2),T=M/v,N=M/x;Math.abs(T-1)>Me&&this._append`L${e+T*u},${n+T*c}`,this._append`A${o},${o},0,0,${+(c*p>u*b)},${this._x1=e+N*l},${this._y1=n+N*f}`}}arc(e,n,r,i,o,a){if(e=+e,n=+n,r=+r,a=!!a,r<0)throw new Error(`negative radius: ${r}`);let s=r*Math.cos(i),l=r*Math.sin(i),f=e+s,u=n+l,c=1^a,d=a?i-o:o-i;if(this._x1===null?this._append`M${f},${u}`:(Math.abs(this._x1-f)>Me||Math.abs(this._y1-u)>Me)&&this._append`L${f},${u}`,!!r){if(d<0&&(d=d%Ln+Ln),d>Hs)this._append`A${r},${r},0,1,${c},${e-s},${n-l}A${r},${r},0,1,${c},${this._x1=f},${this._y1=u}`;else if(d>Me){let p=e+r*Math.cos(o),b=n+r*Math.sin(o);if(d>=it&&this._equal(f,u,p,b)){d/=2;let m=i+d;this._append`A${r},${r},0,${+(d>=it)},${c},${e+r*Math.cos(m)},${n+r*Math.sin(m)}`}this._append`A${r},${r},0,${+(d>=it)},${c},${this._x1=p},${this._y1=b}`}}}rect(e,n,r,i){this._append`M${this._x0=this._x1=+e},${this._y0=this._y1=+n}h${r=+r}v${+i}h${-r}Z`}toString(){return this._}};function Gs(){return new Be}Gs.prototype=Be.prototype;function Y(t){return function(){return t}}var Bs=Math.cos;var Pn=Math.sin,Ve=Math.sqrt,Ei=1e-12,Ft=Math.PI,Xc=Ft/2,Ci=2*Ft;function Pi(t){let e=3;return t.digits=function(n){if(!arguments.length)return e;if(n==null)e=null;else{let r=Math.floor(n);if(!(r>=0))throw new RangeError(`invalid digits: ${n}`);e=r}return t},()=>new Be(e)}var jc=Array.prototype.slice;function Oi(t){return typeof t=="object"&&"length"in t?t:Array.from(t)}function Ii(t){this._context=t}Ii.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._point=0},lineEnd:function(){(this._line||this._line!==0&&this._point===1)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1,this._line?this._context.lineTo(t,e):this._context.moveTo(t,e);break;case 1:this._point=2;default:this._context.lineTo(t,e);break}}};function In(t){return new Ii(t)}function Hi(t){return t[0]}function Fi(t){return t[1]}function Hn(t,e){var n=Y(!0),r=null,i=In,o=null,a=Pi(s);t=typeof t=="function"?t:t===void 0?Hi:Y(t),e=typeof e=="function"?e:e===void 0?Fi:Y(e);function s(l){var f,u=(l=Oi(l)).length,c,d=!1,p;for(r==null&&(o=i(p=a())),f=0;f<=u;++f)!(f<u&&n(c=l[f],f,l))===d&&((d=!d)?o.lineStart():o.lineEnd()),d&&o.point(+t(c,f,l),+e(c,f,l));if(p)return o=null,p+""||null}return s.x=function(l){return arguments.length?(t=typeof l=="function"?l:Y(+l),s):t},s.y=function(l){return arguments.length?(e=typeof l=="function"?l:Y(+l),s):e},s.defined=function(l){return arguments.length?(n=typeof l=="function"?l:Y(!!l),s):n},s.curve=function(l){return arguments.length?(i=l,r!=null&&(o=i(r)),s):i},s.context=function(l){return arguments.length?(l==null?r=o=null:o=i(r=l),s):r},s}function zi(t,e,n){var r=null,i=Y(!0),o=null,a=In,s=null,l=Pi(f);t=typeof t=="function"?t:t===void 0?Hi:Y(+t),e=typeof e=="function"?e:Y(e===void 0?0:+e),n=typeof n=="function"?n:n===void 0?Fi:Y(+n);function f(c){var d,p,b,m=(c=Oi(c)).length,y,x=!1,v,M=new Array(m),T=new Array(m);for(o==null&&(s=a(v=l())),d=0;d<=m;++d){if(!(d<m&&i(y=c[d],d,c))===x)if(x=!x)p=d,s.areaStart(),s.lineStart();else{for(s.lineEnd(),s.lineStart(),b=d-1;b>=p;--b)s.point(M[b],T[b]);s.lineEnd(),s.areaEnd()}x&&(M[d]=+t(y,d,c),T[d]=+e(y,d,c),s.point(r?+r(y,d,c):M[d],n?+n(y,d,c):T[d]))}if(v)return s=null,v+""||null}function u(){return Hn().defined(i).curve(a).context(o)}return f.x=function(c){return arguments.length?(t=typeof c=="function"?c:Y(+c),r=null,f):t},f.x0=function(c){return arguments.length?(t=typeof c=="function"?c:Y(+c),f):t},f.x1=function(c){return arguments.length?(r=c==null?null:typeof c=="function"?c:Y(+c),f):r},f.y=function(c){return arguments.length?(e=typeof c=="function"?c:Y(+c),n=null,f):e},f.y0=function(c){return arguments.length?(e=typeof c=="function"?c:Y(+c),f):e},f.y1=function(c){return arguments.length?(n=c==null?null:typeof c=="function"?c:Y(+c),f):n},f.lineX0=f.lineY0=function(){return u().x(t).y(e)},f.lineY1=function(){return u().x(t).y(n)},f.lineX1=function(){return u().x(r).y(e)},f.defined=function(c){return arguments.length?(i=typeof c=="function"?c:Y(!!c),f):i},f.curve=function(c){return arguments.length?(a=c,o!=null&&(s=a(o)),f):a},f.context=function(c){return arguments.length?(c==null?o=s=null:s=a(o=c),f):o},f}var Uc=Vs(In);function Gi(t){this._curve=t}Gi.prototype={areaStart:function(){this._curve.areaStart()},areaEnd:function(){this._curve.areaEnd()},lineStart:function(){this._curve.lineStart()},lineEnd:function(){this._curve.lineEnd()},point:function(t,e){this._curve.point(e*Math.sin(t),e*-Math.cos(t))}};function Vs(t){function e(n){return new Gi(t(n))}return e._curve=t,e}var Wc=Ve(3);var Ds=Ve(1/3),Kc=Ds*2;var Bi=Pn(Ft/10)/Pn(7*Ft/10),Zc=Pn(Ci/10)*Bi,Qc=-Bs(Ci/10)*Bi;var Jc=Ve(3);var ed=Ve(3);var td=Ve(3)/2,qs=1/Ve(12),nd=(qs/2+1)*3;function he(){}function zt(t,e,n){t._context.bezierCurveTo((2*t._x0+t._x1)/3,(2*t._y0+t._y1)/3,(t._x0+2*t._x1)/3,(t._y0+2*t._y1)/3,(t._x0+4*t._x1+e)/6,(t._y0+4*t._y1+n)/6)}function Fn(t){this._context=t}Fn.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._y0=this._y1=NaN,this._point=0},lineEnd:function(){switch(this._point){case 3:zt(this,this._x1,this._y1);case 2:this._context.lineTo(this._x1,this._y1);break}(this._line||this._line!==0&&this._point===1)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1,this._line?this._context.lineTo(t,e):this._context.moveTo(t,e);break;case 1:this._point=2;break;case 2:this._point=3,this._context.lineTo((5*this._x0+this._x1)/6,(5*this._y0+this._y1)/6);default:zt(this,t,e);break}this._x0=this._x1,this._x1=t,this._y0=this._y1,this._y1=e}};function Ys(t){this._context=t}Ys.prototype={areaStart:he,areaEnd:he,lineStart:function(){this._x0=this._x1=this._x2=this._x3=this._x4=this._y0=this._y1=this._y2=this._y3=this._y4=NaN,this._point=0},lineEnd:function(){switch(this._point){case 1:{this._context.moveTo(this._x2,this._y2),this._context.closePath();break}case 2:{this._context.moveTo((this._x2+2*this._x3)/3,(this._y2+2*this._y3)/3),this._context.lineTo((this._x3+2*this._x2)/3,(this._y3+2*this._y2)/3),this._context.closePath();break}case 3:{this.point(this._x2,this._y2),this.point(this._x3,this._y3),this.point(this._x4,this._y4);break}}},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1,this._x2=t,this._y2=e;break;case 1:this._point=2,this._x3=t,this._y3=e;break;case 2:this._point=3,this._x4=t,this._y4=e,this._context.moveTo((this._x0+4*this._x1+t)/6,(this._y0+4*this._y1+e)/6);break;default:zt(this,t,e);break}this._x0=this._x1,this._x1=t,this._y0=this._y1,this._y1=e}};function Xs(t){this._context=t}Xs.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._y0=this._y1=NaN,this._point=0},lineEnd:function(){(this._line||this._line!==0&&this._point===3)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1;break;case 1:this._point=2;break;case 2:this._point=3;var n=(this._x0+4*this._x1+t)/6,r=(this._y0+4*this._y1+e)/6;this._line?this._context.lineTo(n,r):this._context.moveTo(n,r);break;case 3:this._point=4;default:zt(this,t,e);break}this._x0=this._x1,this._x1=t,this._y0=this._y1,this._y1=e}};function Vi(t,e){this._basis=new Fn(t),this._beta=e}Vi.prototype={lineStart:function(){this._x=[],this._y=[],this._basis.lineStart()},lineEnd:function(){var t=this._x,e=this._y,n=t.length-1;if(n>0)for(var r=t[0],i=e[0],o=t[n]-r,a=e[n]-i,s=-1,l;++s<=n;)l=s/n,this._basis.point(this._beta*t[s]+(1-this._beta)*(r+l*o),this._beta*e[s]+(1-this._beta)*(i+l*a));this._x=this._y=null,this._basis.lineEnd()},point:function(t,e){this._x.push(+t),this._y.push(+e)}};var rd=(function t(e){function n(r){return e===1?new Fn(r):new Vi(r,e)}return n.beta=function(r){return t(+r)},n})(.85);function Gt(t,e,n){t._context.bezierCurveTo(t._x1+t._k*(t._x2-t._x0),t._y1+t._k*(t._y2-t._y0),t._x2+t._k*(t._x1-e),t._y2+t._k*(t._y1-n),t._x2,t._y2)}function zn(t,e){this._context=t,this._k=(1-e)/6}zn.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._x2=this._y0=this._y1=this._y2=NaN,this._point=0},lineEnd:function(){switch(this._point){case 2:this._context.lineTo(this._x2,this._y2);break;case 3:Gt(this,this._x1,this._y1);break}(this._line||this._line!==0&&this._point===1)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1,this._line?this._context.lineTo(t,e):this._context.moveTo(t,e);break;case 1:this._point=2,this._x1=t,this._y1=e;break;case 2:this._point=3;default:Gt(this,t,e);break}this._x0=this._x1,this._x1=this._x2,this._x2=t,this._y0=this._y1,this._y1=this._y2,this._y2=e}};var id=(function t(e){function n(r){return new zn(r,e)}return n.tension=function(r){return t(+r)},n})(0);function Gn(t,e){this._context=t,this._k=(1-e)/6}Gn.prototype={areaStart:he,areaEnd:he,lineStart:function(){this._x0=this._x1=this._x2=this._x3=this._x4=this._x5=this._y0=this._y1=this._y2=this._y3=this._y4=this._y5=NaN,this._point=0},lineEnd:function(){switch(this._point){case 1:{this._context.moveTo(this._x3,this._y3),this._context.closePath();break}case 2:{this._context.lineTo(this._x3,this._y3),this._context.closePath();break}case 3:{this.point(this._x3,this._y3),this.point(this._x4,this._y4),this.point(this._x5,this._y5);break}}},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1,this._x3=t,this._y3=e;break;case 1:this._point=2,this._context.moveTo(this._x4=t,this._y4=e);break;case 2:this._point=3,this._x5=t,this._y5=e;break;default:Gt(this,t,e);break}this._x0=this._x1,this._x1=this._x2,this._x2=t,this._y0=this._y1,this._y1=this._y2,this._y2=e}};var od=(function t(e){function n(r){return new Gn(r,e)}return n.tension=function(r){return t(+r)},n})(0);function Bn(t,e){this._context=t,this._k=(1-e)/6}Bn.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._x2=this._y0=this._y1=this._y2=NaN,this._point=0},lineEnd:function(){(this._line||this._line!==0&&this._point===3)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1;break;case 1:this._point=2;break;case 2:this._point=3,this._line?this._context.lineTo(this._x2,this._y2):this._context.moveTo(this._x2,this._y2);break;case 3:this._point=4;default:Gt(this,t,e);break}this._x0=this._x1,this._x1=this._x2,this._x2=t,this._y0=this._y1,this._y1=this._y2,this._y2=e}};var ad=(function t(e){function n(r){return new Bn(r,e)}return n.tension=function(r){return t(+r)},n})(0);function Vn(t,e,n){var r=t._x1,i=t._y1,o=t._x2,a=t._y2;if(t._l01_a>Ei){var s=2*t._l01_2a+3*t._l01_a*t._l12_a+t._l12_2a,l=3*t._l01_a*(t._l01_a+t._l12_a);r=(r*s-t._x0*t._l12_2a+t._x2*t._l01_2a)/l,i=(i*s-t._y0*t._l12_2a+t._y2*t._l01_2a)/l}if(t._l23_a>Ei){var f=2*t._l23_2a+3*t._l23_a*t._l12_a+t._l12_2a,u=3*t._l23_a*(t._l23_a+t._l12_a);o=(o*f+t._x1*t._l23_2a-e*t._l12_2a)/u,a=(a*f+t._y1*t._l23_2a-n*t._l12_2a)/u}t._context.bezierCurveTo(r,i,o,a,t._x2,t._y2)}function Di(t,e){this._context=t,this._alpha=e}Di.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._x2=this._y0=this._y1=this._y2=NaN,this._l01_a=this._l12_a=this._l23_a=this._l01_2a=this._l12_2a=this._l23_2a=this._point=0},lineEnd:function(){switch(this._point){case 2:this._context.lineTo(this._x2,this._y2);break;case 3:this.point(this._x2,this._y2);break}(this._line||this._line!==0&&this._point===1)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){if(t=+t,e=+e,this._point){var n=this._x2-t,r=this._y2-e;this._l23_a=Math.sqrt(this._l23_2a=Math.pow(n*n+r*r,this._alpha))}switch(this._point){case 0:this._point=1,this._line?this._context.lineTo(t,e):this._context.moveTo(t,e);break;case 1:this._point=2;break;case 2:this._point=3;default:Vn(this,t,e);break}this._l01_a=this._l12_a,this._l12_a=this._l23_a,this._l01_2a=this._l12_2a,this._l12_2a=this._l23_2a,this._x0=this._x1,this._x1=this._x2,this._x2=t,this._y0=this._y1,this._y1=this._y2,this._y2=e}};var sd=(function t(e){function n(r){return e?new Di(r,e):new zn(r,0)}return n.alpha=function(r){return t(+r)},n})(.5);function qi(t,e){this._context=t,this._alpha=e}qi.prototype={areaStart:he,areaEnd:he,lineStart:function(){this._x0=this._x1=this._x2=this._x3=this._x4=this._x5=this._y0=this._y1=this._y2=this._y3=this._y4=this._y5=NaN,this._l01_a=this._l12_a=this._l23_a=this._l01_2a=this._l12_2a=this._l23_2a=this._point=0},lineEnd:function(){switch(this._point){case 1:{this._context.moveTo(this._x3,this._y3),this._context.closePath();break}case 2:{this._context.lineTo(this._x3,this._y3),this._context.closePath();break}case 3:{this.point(this._x3,this._y3),this.point(this._x4,this._y4),this.point(this._x5,this._y5);break}}},point:function(t,e){if(t=+t,e=+e,this._point){var n=this._x2-t,r=this._y2-e;this._l23_a=Math.sqrt(this._l23_2a=Math.pow(n*n+r*r,this._alpha))}switch(this._point){case 0:this._point=1,this._x3=t,this._y3=e;break;case 1:this._point=2,this._context.moveTo(this._x4=t,this._y4=e);break;case 2:this._point=3,this._x5=t,this._y5=e;break;default:Vn(this,t,e);break}this._l01_a=this._l12_a,this._l12_a=this._l23_a,this._l01_2a=this._l12_2a,this._l12_2a=this._l23_2a,this._x0=this._x1,this._x1=this._x2,this._x2=t,this._y0=this._y1,this._y1=this._y2,this._y2=e}};var ld=(function t(e){function n(r){return e?new qi(r,e):new Gn(r,0)}return n.alpha=function(r){return t(+r)},n})(.5);function Yi(t,e){this._context=t,this._alpha=e}Yi.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._x2=this._y0=this._y1=this._y2=NaN,this._l01_a=this._l12_a=this._l23_a=this._l01_2a=this._l12_2a=this._l23_2a=this._point=0},lineEnd:function(){(this._line||this._line!==0&&this._point===3)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){if(t=+t,e=+e,this._point){var n=this._x2-t,r=this._y2-e;this._l23_a=Math.sqrt(this._l23_2a=Math.pow(n*n+r*r,this._alpha))}switch(this._point){case 0:this._point=1;break;case 1:this._point=2;break;case 2:this._point=3,this._line?this._context.lineTo(this._x2,this._y2):this._context.moveTo(this._x2,this._y2);break;case 3:this._point=4;default:Vn(this,t,e);break}this._l01_a=this._l12_a,this._l12_a=this._l23_a,this._l01_2a=this._l12_2a,this._l12_2a=this._l23_2a,this._x0=this._x1,this._x1=this._x2,this._x2=t,this._y0=this._y1,this._y1=this._y2,this._y2=e}};var fd=(function t(e){function n(r){return e?new Yi(r,e):new Bn(r,0)}return n.alpha=function(r){return t(+r)},n})(.5);function js(t){this._context=t}js.prototype={areaStart:he,areaEnd:he,lineStart:function(){this._point=0},lineEnd:function(){this._point&&this._context.closePath()},point:function(t,e){t=+t,e=+e,this._point?this._context.lineTo(t,e):(this._point=1,this._context.moveTo(t,e))}};function $i(t){return t<0?-1:1}function Ri(t,e,n){var r=t._x1-t._x0,i=e-t._x1,o=(t._y1-t._y0)/(r||i<0&&-0),a=(n-t._y1)/(i||r<0&&-0),s=(o*i+a*r)/(r+i);return($i(o)+$i(a))*Math.min(Math.abs(o),Math.abs(a),.5*Math.abs(s))||0}function Ni(t,e){var n=t._x1-t._x0;return n?(3*(t._y1-t._y0)/n-e)/2:e}function Cn(t,e,n){var r=t._x0,i=t._y0,o=t._x1,a=t._y1,s=(o-r)/3;t._context.bezierCurveTo(r+s,i+s*e,o-s,a-s*n,o,a)}function On(t){this._context=t}On.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x0=this._x1=this._y0=this._y1=this._t0=NaN,this._point=0},lineEnd:function(){switch(this._point){case 2:this._context.lineTo(this._x1,this._y1);break;case 3:Cn(this,this._t0,Ni(this,this._t0));break}(this._line||this._line!==0&&this._point===1)&&this._context.closePath(),this._line=1-this._line},point:function(t,e){var n=NaN;if(t=+t,e=+e,!(t===this._x1&&e===this._y1)){switch(this._point){case 0:this._point=1,this._line?this._context.lineTo(t,e):this._context.moveTo(t,e);break;case 1:this._point=2;break;case 2:this._point=3,Cn(this,Ni(this,n=Ri(this,t,e)),n);break;default:Cn(this,this._t0,n=Ri(this,t,e));break}this._x0=this._x1,this._x1=t,this._y0=this._y1,this._y1=e,this._t0=n}}};function Us(t){this._context=new Xi(t)}(Us.prototype=Object.create(On.prototype)).point=function(t,e){On.prototype.point.call(this,e,t)};function Xi(t){this._context=t}Xi.prototype={moveTo:function(t,e){this._context.moveTo(e,t)},closePath:function(){this._context.closePath()},lineTo:function(t,e){this._context.lineTo(e,t)},bezierCurveTo:function(t,e,n,r,i,o){this._context.bezierCurveTo(e,t,r,n,o,i)}};function Ws(t){this._context=t}Ws.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x=[],this._y=[]},lineEnd:function(){var t=this._x,e=this._y,n=t.length;if(n)if(this._line?this._context.lineTo(t[0],e[0]):this._context.moveTo(t[0],e[0]),n===2)this._context.lineTo(t[1],e[1]);else for(var r=Li(t),i=Li(e),o=0,a=1;a<n;++o,++a)this._context.bezierCurveTo(r[0][o],i[0][o],r[1][o],i[1][o],t[a],e[a]);(this._line||this._line!==0&&n===1)&&this._context.closePath(),this._line=1-this._line,this._x=this._y=null},point:function(t,e){this._x.push(+t),this._y.push(+e)}};function Li(t){var e,n=t.length-1,r,i=new Array(n),o=new Array(n),a=new Array(n);for(i[0]=0,o[0]=2,a[0]=t[0]+2*t[1],e=1;e<n-1;++e)i[e]=1,o[e]=4,a[e]=4*t[e]+2*t[e+1];for(i[n-1]=2,o[n-1]=7,a[n-1]=8*t[n-1]+t[n],e=1;e<n;++e)r=i[e]/o[e-1],o[e]-=r,a[e]-=r*a[e-1];for(i[n-1]=a[n-1]/o[n-1],e=n-2;e>=0;--e)i[e]=(a[e]-i[e+1])/o[e];for(o[n-1]=(t[n]+i[n-1])/2,e=0;e<n-1;++e)o[e]=2*t[e+1]-i[e+1];return[i,o]}function Ks(t,e){this._context=t,this._t=e}Ks.prototype={areaStart:function(){this._line=0},areaEnd:function(){this._line=NaN},lineStart:function(){this._x=this._y=NaN,this._point=0},lineEnd:function(){0<this._t&&this._t<1&&this._point===2&&this._context.lineTo(this._x,this._y),(this._line||this._line!==0&&this._point===1)&&this._context.closePath(),this._line>=0&&(this._t=1-this._t,this._line=1-this._line)},point:function(t,e){switch(t=+t,e=+e,this._point){case 0:this._point=1,this._line?this._context.lineTo(t,e):this._context.moveTo(t,e);break;case 1:this._point=2;default:{if(this._t<=0)this._context.lineTo(this._x,e),this._context.lineTo(t,e);else{var n=this._x*(1-this._t)+t*this._t;this._context.lineTo(n,this._y),this._context.lineTo(n,e)}break}}this._x=t,this._y=e}};var De=1.05;function Bt(t){return t==="law"?"beyond the runs":"beyond the runs in size or data"}function Zs(t){let e=[],n=0;for(let r=1;r<=t.length;r++){let i=(t[n]??1)>De,o=r===t.length;!o&&(t[r]??1)>De===i||(e.push({from:n,to:o?r-1:r,beyond:i}),n=r)}return e}function ji(t,e,n,r,i,o){let a=[];for(let l of r)l.low.length&&a.push(Js(l,n));for(let l of r){if(l.role!=="slice")continue;let f=k("path",{class:"slice",d:Dn(l,n,0,l.x.length-1)});_e(f,{stroke:de(l.value,i,o)}),a.push(f)}t.replaceChildren(...a);let s=r.filter(l=>l.role!=="slice");e.replaceChildren(...s.flatMap(l=>Qs(l,n)))}function Qs(t,e){let n=Dn(t,e,0,t.x.length-1);return[k("path",{class:"law-halo",d:n}),...Zs(t.extrapolation).map(({from:r,to:i,beyond:o})=>{let a=o?`${t.role} law-line beyond`:`${t.role} law-line`;return k("path",{class:a,d:Dn(t,e,r,i)})})]}function Dn(t,e,n,r){let i=Array.from({length:r-n+1},(a,s)=>n+s);return Hn(a=>e.x(t.x[a]??NaN),a=>e.y(t.mean[a]??NaN))(i)??""}function Js(t,e){let n=zi(r=>e.x(t.x[r]??NaN),r=>e.y(t.low[r]??NaN),r=>e.y(t.high[r]??NaN));return k("path",{class:"band",d:n(t.x.map((r,i)=>i))??""})}var Ui="M1,0A1,1 0 1 1 -1,0A1,1 0 1 1 1,0Z",qn={completed:{path:Ui,filled:!0},running:{path:Ui,filled:!1},stalled:{path:"M0,-1.25L1.25,0L0,1.25L-1.25,0Z",filled:!1},stopped:{path:"M-0.9,-0.9H0.9V0.9H-0.9Z",filled:!1},diverged:{path:"M-0.9,-0.9L0.9,0.9M-0.9,0.9L0.9,-0.9",filled:!1},failed:{path:"M0,-1.2V1.2M-1.2,0H1.2",filled:!1}},Yn={path:"M1.25,0A1.25,1.25 0 1 1 -1.25,0A1.25,1.25 0 1 1 1.25,0ZM0.3,0A0.3,0.3 0 1 1 -0.3,0A0.3,0.3 0 1 1 0.3,0Z",filled:!1};function qe(t){return At(t)?Yn:qn[t.status]}function ke({path:t,filled:e}){return k("svg",{class:"mark",viewBox:"-1.8 -1.8 3.6 3.6",width:14,height:14,"aria-hidden":"true"},k("path",{d:t,fill:e?"currentColor":"none",stroke:"currentColor","stroke-width":.45}))}var Wi=9,el={frontier:"compute-optimal",law:"fitted law",slice:""},tl={final:"at the end of each run",best:"best of each run",tail:"mean of each run's last tenth"};function Ki(t,e){let n=e.runs.filter(c=>Fe(c,e.options.x)),r=Tn.filter(c=>n.some(d=>d.status===c)),i=e.runs.some(c=>c.prediction),o=ee(e),a=h("div",{class:"y-title"},h("span",{},`↑ ${Pt(e)}`),h("span",{class:"muted"},`${tl[e.options.loss]}, log scale`)),s=o?.curves.some(c=>c.role==="slice"),l=o?.curves.find(c=>c.role!=="slice"),f=[...r.length>1?r.map(c=>Te(ke(qn[c]),c)):[],i?Te(il(),"predicted"):null,n.some(At)?Te(ke(Yn),"tests it, not fitted"):null,l?Te(ol(),`${el[l.role]}, ${Q(o?.level??0)} band`):null,l?.extrapolation.some(c=>c>De)?Te(sl(),Bt(l.role)):null,s?Te(ll(e),rl(e)):null,!l&&s?Te(al(),`${Q(o?.level??0)} band`):null],u=n.length?nl(e,Ye(e)):null;D(t,a,u,h("div",{class:"keys"},...f))}function Ye({runs:t,options:e}){let n=t.filter(i=>i.status==="completed"),r=n.length>=2?n:t;return xe(r.map(i=>i[le(e.x)]))}function Te(t,e){return h("span",{class:"key"},t,e)}function nl(t,e){if(!e||e.high<=e.low)return null;let n=Array.from({length:Wi},(a,s)=>vt(s/(Wi-1),t.theme)),r=h("span",{class:"colour-bar"});r.style.background=`linear-gradient(to right, ${n.join(", ")})`;let o=le(t.options.x)==="n_params"?"Parameters N":`Data D (${we(t)}s)`;return h("span",{class:"key colour-key"},h("span",{},o),h("span",{class:"number"},q(e.low)),r,h("span",{class:"number"},q(e.high)))}function rl({options:t,...e}){return t.x==="n_params"?"law at one amount of data":e.runs.some(n=>n.size)?"law at one size":"law at one N"}function il(){return ot(14,k("path",{class:"prediction",d:"M7,1V13M4.5,1H9.5M4.5,13H9.5M7,4.5l2.5,2.5l-2.5,2.5l-2.5,-2.5Z"}))}function ol(){return ot(22,k("rect",{class:"band",x:0,y:2,width:22,height:10,rx:2}),k("path",{class:"law-line",d:"M0,7H22"}))}function al(){return ot(22,k("rect",{class:"band",x:0,y:2,width:22,height:10,rx:2}))}function sl(){return ot(22,k("path",{class:"law-line beyond",d:"M0,7H22"}))}function ll({theme:t}){let e=vt(.5,t);return ot(22,k("path",{class:"slice",d:"M0,4C7,9 12,10 22,10.5",stroke:e}))}function ot(t,...e){let n={viewBox:`0 0 ${t} 14`,width:t,height:14,"aria-hidden":"true"};return k("svg",n,...e)}function Zi(t,e,n){return t.filter(r=>Fe(r,e)).map(r=>({run:r,x:n.x(r[e]??NaN),y:n.y(r.loss??NaN)}))}function Xn(t){return t<=150?5:t<=600?4:t<=2500?3:2.25}function Qi(t,e,n){let r=window.devicePixelRatio||1,[i,o]=[Math.round(e*r),Math.round(n*r)];t.width!==i&&(t.width=i),t.height!==o&&(t.height=o);let a=t.getContext("2d");return a?.setTransform(r,0,0,r,0,0),a?.clearRect(0,0,e,n),a}function Ji(t,e,n,r,i,o){let a=o==="dark"?"#1d1f24":"#ffffff",s=new Map;for(let{run:l,x:f,y:u}of e){let c=qe(l),d=s.get(c.path)??new Path2D(c.path);s.set(c.path,d),t.save(),t.translate(f,u),t.scale(n,n),fl(t,d,c.filled,l,de(l[le(r)],i,o),a,n),t.restore()}}function fl(t,e,n,r,i,o,a){if(n){t.strokeStyle=o,t.lineWidth=2.4/a,t.stroke(e),t.globalAlpha=r.notFitted?.4:1,t.fillStyle=i,t.fill(e);return}t.strokeStyle=o,t.lineWidth=4.4/a,t.stroke(e),t.strokeStyle=i,t.lineWidth=2/a,t.stroke(e)}var cl=11,Vt=4,Se=4.5;function eo(t,e,n,r){let i=n.flatMap(o=>{let a=et(o,r);if(!o.prediction||!a)return[];let s=e.x(a)-(o.status==="completed"?cl:0),[l,f,u]=[o.prediction.low,o.prediction.loss,o.prediction.high],[c,d,p]=[e.y(l),e.y(f),e.y(u)],b=`M${s},${c}V${p}M${s-Vt},${c}H${s+Vt}M${s-Vt},${p}H${s+Vt}`,m=`M${s},${d-Se}l${Se},${Se}l${-Se},${Se}l${-Se},${-Se}Z`;return[k("path",{class:"prediction halo",d:b}),k("path",{class:"prediction",d:b}),k("path",{class:"prediction diamond",d:m})]});t.replaceChildren(...i)}function to(t){return t.find(e=>e.role!=="slice")??t.find(e=>e.low.length)}function no(t,e){let n=t.x.findIndex(u=>u>=e),[r,i]=[t.x[n],t.x[Math.max(n-1,0)]];if(n<0||r===void 0||i===void 0||e<(t.x[0]??1/0))return null;let o=r>i?Math.log(e/i)/Math.log(r/i):0,a=u=>{let[c,d]=[u[Math.max(n-1,0)],u[n]];return c===void 0||d===void 0?null:c*(d/c)**o},[s,l,f]=[a(t.mean),a(t.low),a(t.high)];return s===null||l===null||f===null?null:{role:t.role,x:e,mean:s,low:l,high:f,extrapolation:a(t.extrapolation)??1,nParams:a(t.n_params),nExamples:a(t.n_examples)}}var jn=16,Dt=class{element=h("div",{class:"tooltip",hidden:!0,role:"presentation"});hide(){this.element.hidden=!0}show(e,n,r,i,...o){D(this.element,...o),this.element.hidden=!1;let{offsetWidth:a,offsetHeight:s}=this.element,f=e+jn+a<=r-4?e+jn:Math.max(4,e-jn-a),u=Math.min(Math.max(4,n-s/2),Math.max(4,i-s-4));this.element.style.transform=`translate(${Math.round(f)}px, ${Math.round(u)}px)`}};function ro(t,e,n,r){let i=ke(qe(t));i.style.color=r;let o=h("div",{class:"card-title"},i,h("span",{},t.name)),a=[["Loss",G(t.loss)],["Parameters N",q(t.n_params)],[`${dl(n)}s seen D`,q(t.n_examples)],["Compute C",ve(t.train_flops)]];if(e!==void 0&&a.push(["Against the law",He(e,2)]),t.prediction){let{loss:l,low:f,high:u}=t.prediction;a.push(["Predicted",`${G(l)} (${G(f)} to ${G(u)})`])}let s=t.notFitted?h("div",{class:"card-note"},Un(t)):null;return[o,oo(a),s]}function io(t,e,n,r){let i=e==="train_flops"?ve(t.x,3):q(t.x),o={train_flops:"C = ",n_params:"N = ",n_examples:"D = "},a=[["Loss by the law",G(t.mean)],[`${Q(n)} interval`,`${G(t.low)} to ${G(t.high)}`]];t.nParams!==null&&t.nExamples!==null&&a.push(["Best size N",q(t.nParams)],[`Best ${r}s D`,q(t.nExamples)]);let s=t.extrapolation>De,l=s?`${Je(t.extrapolation)} ${Bt(t.role)}`:"within the runs";return[h("div",{class:"card-title"},h("span",{},o[e],i)),oo(a),h("div",{class:s?"card-note beyond":"card-note"},l)]}function Un(t){return t.status==="running"?t.prediction?"Still running; it tests a prediction":"Still running, so not in the fit yet":`Not in the fit: ${t.notFitted}`}function oo(t){return h("dl",{},...t.flatMap(([e,n])=>[h("dt",{},e),h("dd",{},n)]))}function dl(t){return t.charAt(0).toUpperCase()+t.slice(1)}var ul=22,hl=250,pl="Wheel or drag to zoom, shift and drag to move, double click to reset. Arrow keys step through the runs, Enter selects one, plus, minus and zero zoom.",qt=class{constructor(e){this.store=e;let n=k("clipPath",{id:"scaling-clip"},this.clip);this.back.append(k("defs",{},n),this.grid,this.lines),this.front.append(this.predictions,this.overlay),this.frame.append(this.back,this.canvas,this.front,this.note,this.outside,this.tooltip.element,this.reset,this.live),this.element=h("section",{class:"chart","aria-label":"Plot"},this.legend,this.frame),this.listen()}store;element;legend=h("div",{class:"legend"});frame=h("div",{class:"frame",tabindex:0,role:"application","aria-roledescription":"scatter plot"});back=k("svg",{class:"layer","aria-hidden":"true"});canvas=h("canvas",{class:"layer"});front=k("svg",{class:"layer","aria-hidden":"true"});grid=k("g");lines=k("g",{"clip-path":"url(#scaling-clip)"});law=k("g",{"clip-path":"url(#scaling-clip)"});predictions=k("g",{"clip-path":"url(#scaling-clip)"});overlay=k("g");clip=k("rect");tooltip=new Dt;live=h("div",{class:"visually-hidden","aria-live":"polite"});note=h("div",{class:"plot-note",hidden:!0});outside=h("div",{class:"outside",hidden:!0});reset=h("button",{class:"reset",type:"button",hidden:!0},"Reset zoom");geometry=new rt(800,400,Sn);placed=[];shown=[];delaunay=null;pointer=null;box=null;update(e,n){[...n].every(i=>i==="hovered"||i==="selected")||this.draw(e),this.drawOverlay(e)}listen(){let{store:e}=this;wi(this.frame,{geometry:()=>this.geometry,onView:n=>e.set({view:n}),onBox:n=>{this.box=n,this.drawOverlay(e.state)},onMove:(n,r)=>{this.pointer={x:n,y:r},e.set({hovered:this.nearest(n,r)?.run.name??null}),this.drawOverlay(e.state)},onLeave:()=>{this.pointer=null,e.set({hovered:null}),this.drawOverlay(e.state)},onClick:(n,r)=>e.set({selected:this.nearest(n,r)?.run.name??null})}),this.frame.addEventListener("keydown",n=>this.onKey(n)),this.frame.addEventListener("blur",()=>e.set({hovered:null}));for(let n of["pointerdown","dblclick"])this.reset.addEventListener(n,r=>r.stopPropagation());this.reset.addEventListener("click",()=>e.set({view:null})),new ResizeObserver(()=>{this.draw(e.state),this.drawOverlay(e.state)}).observe(this.frame)}draw(e){let{clientWidth:n,clientHeight:r}=this.frame;if(!n||!r)return;let i=e.options.x,o=ee(e),a=e.view??ui(e.runs,o,i),s=new rt(n,r,a??Sn);this.geometry=s;for(let d of[this.back,this.front])_e(d,{width:n,height:r});_e(this.clip,{x:s.left,y:s.top,width:s.innerWidth,height:s.innerHeight});let l=Ye(e);Ki(this.legend,e),a?Ti(this.grid,s,i,ml(i,we(e))):this.grid.replaceChildren(),ji(this.lines,this.law,s,o?.curves??[],l,e.theme),eo(this.predictions,s,e.runs,i),this.placed=Zi(e.runs,i,s),this.placed.length>hl?this.front.prepend(this.law):this.back.append(this.law);let f=this.placed.filter(({x:d,y:p})=>s.contains(d,p));this.delaunay=f.length?ft.from(f,d=>d.x,d=>d.y):null,this.shown=f;let u=Qi(this.canvas,n,r),c=Xn(this.placed.length);u&&Ji(u,f,c,i,l,e.theme),this.reset.hidden=e.view===null,this.drawNote(e),this.frame.setAttribute("aria-label",bl(e,this.placed.length))}drawNote(e){let n=e.runs.length-this.placed.length,r=this.placed.length-this.shown.length;this.outside.hidden=!r,this.outside.textContent=`${se(r,"run")} outside this view`;let i=e.answer!==null&&!this.placed.length;this.note.hidden=!i,i&&D(this.note,gl(e.runs,e.options.x,n))}drawOverlay(e){let n=[],r=Xn(this.placed.length)+4;for(let[i,o]of[[e.selected,"selected"],[e.hovered,"hovered"]]){let a=this.placed.find(({run:s})=>s.name===i);!a||!this.geometry.contains(a.x,a.y)||n.push(k("circle",{class:`ring ${o}`,cx:a.x,cy:a.y,r}))}this.box&&n.push(yl(this.box)),this.tooltip.hide(),this.box||n.push(...this.drawCard(e)),this.overlay.replaceChildren(...n)}drawCard(e){let{width:n,height:r}=this.geometry,i=we(e),o=this.placed.find(({run:m})=>m.name===e.hovered);if(o&&this.geometry.contains(o.x,o.y)){let{run:m,x:y,y:x}=o,v=Et(ee(e)).get(m.name),M=de(m[le(e.options.x)],Ye(e),e.theme);return this.tooltip.show(y,x,n,r,...ro(m,v,i,M)),[]}let{pointer:a}=this,s=ee(e),l=s&&to(s.curves);if(!l||!a||!this.geometry.contains(a.x,a.y))return[];let f=no(l,this.geometry.valueX(a.x));if(!f)return[];let[u,c]=[a.x,this.geometry.y(f.mean)];if(!this.geometry.contains(u,c))return[];let d=io(f,e.options.x,s.level,i);this.tooltip.show(u,c,n,r,...d);let{top:p,bottom:b}=this.geometry;return[k("line",{class:"crosshair",x1:u,x2:u,y1:p,y2:b}),k("circle",{class:"law-dot",cx:u,cy:c,r:4})]}nearest(e,n){let r=this.delaunay&&this.shown[this.delaunay.find(e,n)];return r&&Math.hypot(r.x-e,r.y-n)<=ul?r:void 0}onKey(e){let{store:n}=this,{key:r}=e;if(r==="ArrowRight"||r==="ArrowLeft")this.step(i=>i.x,r==="ArrowRight");else if(r==="ArrowUp"||r==="ArrowDown")this.step(i=>i.y,r==="ArrowDown");else if(r==="Enter"||r===" ")n.set({selected:n.state.hovered});else if(r==="Escape")n.set({selected:null,hovered:null});else if(r==="+"||r==="=")this.zoomBy(1/1.4);else if(r==="-")this.zoomBy(1.4);else if(r==="0")n.set({view:null});else return;e.preventDefault()}zoomBy(e){let n=vi(this.geometry.view,e);this.store.set({view:n})}step(e,n){let r=[...this.shown].sort((f,u)=>e(f)-e(u));if(!r.length)return;let{hovered:i,selected:o}=this.store.state,a=r.findIndex(({run:f})=>f.name===(i??o)),s=a<0?n?0:r.length-1:a+(n?1:-1),l=r[Math.min(Math.max(s,0),r.length-1)];l&&(this.pointer=null,this.store.set({hovered:l.run.name}),this.live.textContent=ao(l.run))}announce(e){let n=fi(e,e.selected);n&&(this.live.textContent=`Selected: ${ao(n)}`)}};function ml(t,e){return t==="train_flops"?"Training compute C (FLOPs)":t==="n_params"?"Parameters N":`Data D (${e}s seen)`}function bl(t,e){let n=ee(t),r=n?` Fitted law: ${n.formula}.`:"";return`Loss of ${e} runs against ${t.options.x}.${r} ${pl}`}function ao(t){return`${t.name}, ${t.status}: loss ${G(t.loss)}, ${q(t.n_params)} parameters, ${q(t.n_examples)} examples, ${ni(t.train_flops??NaN)} FLOPs`}function gl(t,e,n){if(!t.length)return"No run has a name that matches the field Runs.";let r=t.filter(i=>i[e]===null).length;return e==="train_flops"&&r===t.length?"No run states its FLOPs. Choose parameters or data for the horizontal axis.":`None of the ${n} runs has a loss yet. They will show up here as they train.`}function yl({x0:t,y0:e,x1:n,y1:r}){return k("rect",{class:"zoom-box",x:Math.min(t,n),y:Math.min(e,r),width:Math.abs(n-t),height:Math.abs(r-e)})}function so(t){let e=Kn(()=>window.parent.document.body);if(!e||window.parent===window){let r=window.matchMedia("(prefers-color-scheme: dark)"),i=()=>t(r.matches?"dark":"light");r.addEventListener("change",i),i();return}let n=()=>t(e.classList.contains("dark-mode")?"dark":"light");new MutationObserver(n).observe(e,{attributes:!0,attributeFilter:["class"]}),n()}function Wn(){return Kn(()=>window.parent.location.hash)??window.location.hash}function lo(t){Kn(()=>{let{location:e,history:n}=window.parent;window.parent!==window&&!/^#scaling(&|$)/.test(e.hash)||e.hash!==t&&n.replaceState(n.state,"",t)})}function fo(t){if(window.parent===window)return;let e=new MessageChannel;e.port1.onmessage=({data:n})=>{let r=JSON.parse(n);if(r.isReply)return;r.type==="experimental.DataReloaded"&&t();let i={type:r.type,id:r.id,payload:null,error:null,isReply:!0};e.port1.postMessage(JSON.stringify(i))},window.parent.postMessage("experimental.bootstrap","*",[e.port2])}function Kn(t){try{return t()}catch{return}}var xl=`import scaling_keras as sk

for width in (64, 128, 256):
    model = build_model(width)
    model.fit(train, validation_data=held_out,
              callbacks=[sk.ScalingLogger(f"runs/width-{width}")])`;function co(t){return h("div",{class:"empty"},h("h1",{},"No runs to fit yet"),h("p",{class:"reason"},ue(t)),h("pre",{},h("code",{},xl)),h("p",{class:"muted"},"This page looks for new runs every few seconds; no need to reload it."))}function ho(t){if(!t)return null;let{n_train:e,n_test:n,extrapolation:r,error:i,baseline_error:o}=t,a=Math.max(i,o);return h("section",{class:"card"},h("h2",{},"Held-out check"),h("p",{},`Fitted to the ${se(e,"cheaper run")}, asked for the ${n} dearest, ${Je(r)} beyond:`),uo("The law errs by",i,a,"good"),uo("Guessing the best so far",o,a,"plain"))}function po(t,e){let n=t.filter(r=>r.prediction);return n.length?h("section",{class:"card"},h("h2",{},"Predicted before training"),...n.map(r=>_l(r,e))):null}function _l(t,e){let n=h("button",{class:"run-link",type:"button"},t.name);return n.addEventListener("click",()=>e(t.name)),h("div",{class:"predicted"},n,wl(t),vl(t))}function wl({prediction:t,status:e,loss:n}){if(!t||e!=="completed"||n===null)return h("span",{class:"badge"},e);let r=n>=t.low&&n<=t.high;return h("span",{class:r?"badge hit":"badge miss"},r?"inside":"missed")}function vl({prediction:t,status:e,loss:n}){if(!t)return null;let r=t.level===null?"":`${Q(t.level)}: `,i=[`Predicted ${G(t.loss)} (${r}${G(t.low)} to ${G(t.high)})`];return n!==null&&e==="completed"?i.push(`reached ${G(n)}, ${He(n/t.loss-1,2)} against the prediction`):n!==null&&i.push(`at ${G(n)} so far`),h("p",{},`${i.join("; ")}.`)}function uo(t,e,n,r){let i=h("span",{class:`bar-fill ${r}`});return i.style.width=`${n>0?Math.max(1,100*e/n):0}%`,h("div",{class:"bar"},h("span",{},t),h("span",{class:"number"},Q(Number(e.toPrecision(2)))),h("span",{class:"bar-track"},i))}var Ml={irreducible_loss:["E","irreducible loss"],initial_loss:["E_0","loss before training"],param_coef:["A","size coefficient"],param_exponent:["α","size exponent"],param_scale:["N_c","size scale"],param_repetitions:["R_N","scale of excess size"],data_coef:["B","data coefficient"],data_exponent:["β","data exponent"],data_scale:["D_c","data scale"],data_repetitions:["R_D","scale of repetitions"],coupling_exponent:["k","coupling exponent"],coef:["A","coefficient"],exponent:["α","exponent"],saturation_exponent:["γ","saturation exponent"]},kl=/^break_(change|at|width)_(\d+)$/,Tl={change:["c","change of slope"],at:["x","place of break"],width:["w","width of break"]};function Yt(t){let[,e="",n=""]=kl.exec(t)??[],[r,i]=Tl[e]??[];if(r&&i)return{letter:`${r}_${n}`,words:`${i} ${n}`};let[o,a]=Ml[t]??["",t.replaceAll("_"," ")];return{letter:o,words:a}}function Ae(t,e){let[n="",r]=t.split("_"),i=(n==="x"?li[e]:n).replace("'","′"),o=h(/^\d/.test(i)?"span":"i",{},i);return r===void 0?o:h("span",{},o,h("sub",{},r))}var Sl=/^\w+\([\w, ]+\)$/,Zn=/\s*(\{\w+\}|\w+'?|[-+/^()])\s*/y,Al=/, (?=\w+ = )/;function bo(t){let[e="",n,...r]=(t.split(Al)[0]??"").split(" = ");if(n===void 0||r.length)return null;let[i,o]=[Sl.test(e)?e:mo(e),mo(n)];return i!==null&&o?{left:i,right:o}:null}function Xt(t){if(t.kind==="power"){let{base:e,exponent:n}=t;return!tr(n)||Xt(e)}return go(t).some(Xt)}function er(t){return t.kind==="quotient"||go(t).some(er)}function tr({kind:t}){return t==="parameter"||t==="word"}function go(t){switch(t.kind){case"sum":return t.terms.map(({value:e})=>e);case"product":return t.factors;case"quotient":return[t.top,t.bottom];case"power":return[t.base,t.exponent];default:return[]}}function mo(t){let e=[];Zn.lastIndex=0;for(let i=0;i<t.length;i=Zn.lastIndex){let o=Zn.exec(t)?.[1];if(o===void 0)return null;e.push(o)}let n=new Jn(e),r=n.sum();return n.isAtEnd?r:null}var Jn=class{constructor(e){this.tokens=e}tokens;at=0;get isAtEnd(){return this.at===this.tokens.length}sum(){let e=[];for(let r=!1;;r=this.tokens[this.at-1]==="-"){let i=this.product();if(!i)return null;if(e.push({minus:r,value:i}),!this.take("+")&&!this.take("-"))break}let[n]=e;return e.length===1&&n?n.value:{kind:"sum",terms:e}}product(){let e=this.factors(()=>this.startsFactor());if(!this.take("/"))return e&&Qn(e);let n=this.factors(()=>this.take("/"));return e&&n&&{kind:"quotient",top:Qn(e),bottom:Qn(n)}}factors(e){let n=[];do{let r=this.power();if(!r)return null;n.push(r)}while(e());return n}power(){let e=this.atom();if(!e||!this.take("^"))return e;let n=this.atom();return n&&{kind:"power",base:e,exponent:n}}atom(){if(this.take("(")){let r=this.sum();return this.take(")")?r:null}if(!this.startsFactor())return null;let e=this.tokens[this.at++]??"";if(/^[a-z]\w+$/i.test(e)&&this.tokens[this.at]==="(")return null;let n=e.startsWith("{");return{kind:n?"parameter":"word",text:n?e.slice(1,-1):e}}startsFactor(){return/^[{(\w]/.test(this.tokens[this.at]??"")}take(e){return this.tokens[this.at]!==e?!1:(this.at++,!0)}};function Qn(t){let[e]=t;return t.length===1&&e?e:{kind:"product",factors:t}}function yo(t){let e=bo(t.template),n={class:"formula",role:"math","aria-label":t.formula};if(!e)return h("div",{...n,class:"formula plain"},t.formula);let{left:r,right:i}=e,o=new nr(t,Xt(i)),a=typeof r=="string"?o.call(r):o.expression(r),s=h("span",{class:"op"},"=");return h("div",n,h("span",{class:"left"},a,s),...o.sum(i))}var nr=class{constructor(e,n){this.law=e;this.inLetters=n;this.axis=e.x}law;inLetters;axis;call(e){let n=e.split(/(\w+)/);return h("span",{},...n.map(r=>/^\w+$/.test(r)?Ae(r,this.axis):r))}sum(e,n=!1){return(e.kind==="sum"?e.terms:[{minus:!1,value:e}]).map(({minus:i,value:o},a)=>{let s=a?h("span",{class:"op"},i?"−":"+"):null;return h("span",{class:"summand"},s,this.expression(o,n))})}expression(e,n=!1){switch(e.kind){case"word":return Ae(e.text,this.axis);case"parameter":return this.parameter(e.text);case"sum":return h("span",{class:"term"},...this.sum(e,n));case"product":return h("span",{class:"term product"},...e.factors.map(r=>this.grouped(r,n)));case"power":{let r=h("sup",{},this.expression(e.exponent,!0)),{base:i}=e;return tr(i)?h("span",{class:"power"},this.expression(i),r):this.group(i,n,r)}case"quotient":{let{top:r,bottom:i}=e;return n?h("span",{class:"power"},this.grouped(r,!0),"/",this.grouped(i,!0)):h("span",{class:"fraction"},h("span",{class:"top"},this.expression(r,!0)),h("span",{class:"bottom"},this.expression(i,!0)))}}}grouped(e,n){return e.kind==="sum"?this.group(e,n,null):this.expression(e,n)}group(e,n,r){let i=!n&&er(e),o=s=>h("span",{class:"parenthesis"},s),a=h("span",{class:"closing"},o(")"),r);return h("span",{class:i?"group tall":"group"},o("("),...this.sum(e,n),a)}parameter(e){let n=this.law.parameters.find(o=>o.name===e),{letter:r}=Yt(e);if(!n)return Ae(r||e,this.axis);let i=`${e} = ${n.value}`;return this.inLetters&&r?h("span",{title:i},Ae(r,this.axis)):h("span",{title:i},El(n.value,n.exponent))}};function El(t,e){let{exponent:n}=ae(t,5);return t!==0&&(n>=6||n<-3)?ve(t,2):t.toFixed(e?4:Math.min(Math.max(4-n,0),6)).replace("-","−")}var $l={frontier_param_exponent:["N","a","best size"],frontier_data_exponent:["D","b","best data"]};function xo(t){let e=[...t.parameters.map(i=>{let{letter:o,words:a}=Yt(i.name),s=o?Ae(o,t.x):null;return _o(i.name,s,a,i,i.at_bound)}),...Object.entries(t.frontier).map(([i,o])=>Rl(i,o))],n=t.parameters.length;e[n]?.classList.add("separated");let r=h("tr",{},h("th",{scope:"col",colspan:2},"Parameter"),h("th",{scope:"col",class:"number"},"Value"),h("th",{scope:"col",class:"number"},`${Q(t.level)} interval`));return h("table",{class:"parameters"},h("thead",{},r),h("tbody",{},...e))}function _o(t,e,n,{value:r,low:i,high:o},a=!1){let[s="–",l="–",f="–"]=ii(r,i,o),u=[l,f].some(c=>typeof c!="string");return h("tr",{title:`${t} = ${r} (${a?"a bound of its range":`${i} to ${o}`})`},h("th",{scope:"row",class:"symbol"},e),h("td",{class:"words"},n),h("td",{class:"number"},nt(s)),a?h("td",{class:"number interval"},"at its bound"):h("td",{class:u?"number interval breaks":"number interval"},nt(l)," – ",nt(f)))}function Rl(t,e){let[n,r,i]=$l[t]??["?","?",t],o=h("span",{class:"growth"},h("i",{},n)," ∝ ",h("i",{},"C"),h("sup",{},h("i",{},r)));return _o(t,h("i",{},r),h("span",{},`${i}, `,o),e)}var Nl=5e3,jt=class{constructor(e){this.store=e;window.setInterval(()=>this.tellAge(),Nl)}store;element=h("aside",{class:"panel","aria-label":"Fitted law"});age=h("span",{class:"age"});update(e,n){["fit","fittedAt","options","runs","problem","answer"].some(i=>n.has(i))&&this.draw(e)}draw(e){let n=ee(e),r=tt(e)?.reason??null,i=!n&&r===null&&e.problem===null,o=a=>this.store.set({selected:a});D(this.element,e.problem===null?null:h("section",{class:"card problem",role:"alert"},ue(e.problem)),r===null?null:Pl(r,e.runs.length>0),n&&this.lawSection(n,e),i?h("section",{class:"card muted"},"Fitting …"):null,Ol(n),ho(n?.fit.backtest??null),po(e.runs,o)),this.tellAge()}lawSection(e,n){return h("section",{class:"card law"},h("h2",{},h("span",{title:e.source},Ll(e)),this.age),yo(e),xo(e),h("p",{class:"muted small"},`${Pt(n)} of ${se(e.n_runs,"completed run")}${Cl(e)}, lines and predictions are the median of ${se(e.n_resamples,"resample")}.`))}tellAge(){let e=(Date.now()-this.store.state.fittedAt)/1e3;this.age.textContent=`fitted ${oi(e)}`}};function Ll({title:t,average:e}){return e.length?`Average: ${e.map(n=>`${ri(n.weight)} ${n.title}`).join(", ")}`:t}function Cl({title:t,average:e,source:n}){return e.length?`. The formula is the best fit of ${t} (${n})`:`; ${n}. The formula is the best fit`}function Pl(t,e){return h("section",{class:"card not-yet",role:"status"},h("h2",{},e?"No law yet":"No runs chosen"),h("p",{},ue(t)))}function Ol(t){if(!t?.findings.length)return null;let e=t.findings.map(({message:n})=>h("li",{},ue(n)));return h("section",{class:"card"},h("h2",{},"Findings"),h("ul",{class:"findings"},...e))}var Ut=class{constructor(e,n){this.ask=n;document.addEventListener("visibilitychange",()=>this.wake());let r=i=>{this.onScreen=(i.at(-1)?.intersectionRatio??1)>0,this.wake()};new IntersectionObserver(r,{threshold:[0,.01]}).observe(e)}ask;timer;busy=!1;onScreen=!0;wake(){clearTimeout(this.timer),this.turn()}async turn(){if(!(document.hidden||!this.onScreen||this.busy)){this.busy=!0;try{await this.ask()}finally{this.busy=!1,clearTimeout(this.timer),this.timer=window.setTimeout(()=>{this.turn()},4e3)}}}};var Wt=class{constructor(e){this.current=e}current;listeners=[];changed=new Set;scheduled=!1;get state(){return this.current}set(e){for(let n of Object.keys(e))this.current[n]!==e[n]&&this.changed.add(n);this.changed.size&&(this.current={...this.current,...e},this.schedule())}touch(){this.changed=new Set(Object.keys(this.current)),this.schedule()}listen(e){this.listeners.push(e)}flush(){let e=this.changed;if(this.changed=new Set,this.scheduled=!1,!!e.size)for(let n of this.listeners)n(this.current,e)}schedule(){this.scheduled||(this.scheduled=!0,document.hidden?setTimeout(()=>this.flush(),0):requestAnimationFrame(()=>this.flush()))}};function vo(t,{key:e,descending:n},r){let i=n?-1:1,o=t.map(a=>({run:a,value:Il(a,e,r)}));return o.sort((a,s)=>{if(a.value===null||s.value===null)return+(a.value===null)-+(s.value===null)||wo(a.run,s.run);let l=typeof a.value=="string"||typeof s.value=="string"?ko.compare(String(a.value),String(s.value)):a.value-s.value;return i*l||wo(a.run,s.run)}),o.map(({run:a})=>a)}function Mo(t,e,n,r){let o=Math.max(0,Math.floor(t/n)-8);return{from:Math.min(o,r),to:Math.min(r,Math.ceil((t+e)/n)+8)}}var ko=new Intl.Collator("en",{numeric:!0});function wo(t,e){return ko.compare(t.name,e.name)}function Il(t,e,n){if(e==="residual")return n.get(t.name)??null;if(e==="note")return t.reason||t.notFitted||null;let r=t[e];return r===""?null:r}var Kt=28,Hl=[{key:"name",title:"Run",hint:"Directory below the log directory",numeric:!1},{key:"status",title:"Status",hint:"How the run stands",numeric:!1},{key:"size",title:"Size",hint:"Name of the model's size",numeric:!1},{key:"n_params",title:"N",hint:"Parameters, as counted above",numeric:!0},{key:"n_examples",title:"D",hint:"Examples seen, repeats included",numeric:!0},{key:"train_flops",title:"C",hint:"FLOPs of the whole training",numeric:!0},{key:"loss",title:"Loss",hint:"The loss chosen above",numeric:!0},{key:"residual",title:"vs law",hint:"Loss against what the law predicts there, by the lines of the plot; positive is worse. The law doesn't know a run that tests a prediction",numeric:!0},{key:"note",title:"Note",hint:"Why it ended, or why the fit leaves it out",numeric:!1}],Zt=class{constructor(e){this.store=e;this.table=h("table",{class:"runs"},h("thead",{},this.head),this.body),this.scroller.append(this.table),this.element=this.scroller,this.listen(),this.drawHead()}store;element;scroller=h("div",{class:"scroller",tabindex:0,"aria-label":"Runs"});head=h("tr");body=h("tbody");table;sort={key:"train_flops",descending:!0};rows=[];residuals=new Map;update(e,n){let r=n.has("runs")||n.has("fit")||n.has("options");r&&this.reorder(e),n.has("selected")&&!r&&this.reveal(e.selected),r||n.has("theme")?this.drawRows(e):(n.has("selected")||n.has("hovered"))&&this.markRows(e)}listen(){let{store:e}=this;this.scroller.addEventListener("scroll",()=>this.drawRows(e.state),{passive:!0}),new ResizeObserver(()=>this.drawRows(e.state)).observe(this.scroller),this.body.addEventListener("pointerover",r=>e.set({hovered:rr(r)})),this.body.addEventListener("pointerleave",()=>e.set({hovered:null}));let n=null;this.body.addEventListener("pointerdown",r=>{n=r.button===0?rr(r):null}),this.body.addEventListener("pointerup",r=>{let i=rr(r);i===null||i!==n||e.set({selected:i===e.state.selected?null:i})}),this.scroller.addEventListener("keydown",r=>{r.key!=="ArrowDown"&&r.key!=="ArrowUp"||(r.preventDefault(),this.step(r.key==="ArrowDown"?1:-1))})}step(e){let n=this.rows.findIndex(o=>o.name===this.store.state.selected),r=Math.min(Math.max(n+e,0),this.rows.length-1),i=this.rows[r];i&&this.store.set({selected:i.name})}reorder(e){this.residuals=Et(ee(e)),this.rows=vo(e.runs,this.sort,this.residuals),this.table.setAttribute("aria-rowcount",String(this.rows.length+1))}drawHead(){let e=Hl.map(n=>{let{key:r,title:i,hint:o,numeric:a}=n,s=this.sort.key===r,l=s?this.sort.descending?" ↓":" ↑":"",f=h("button",{type:"button",title:o},i,h("span",{class:"arrow"},l));f.addEventListener("click",()=>this.sortBy(n));let u=s?this.sort.descending?"descending":"ascending":null;return h("th",{scope:"col",class:a?"number":null,"aria-sort":u},f)});D(this.head,...e)}sortBy({key:e,numeric:n}){let i=this.sort.key===e?!this.sort.descending:n&&e!=="loss";this.sort={key:e,descending:i},this.drawHead(),this.reorder(this.store.state),this.drawRows(this.store.state)}reveal(e){let n=this.rows.findIndex(s=>s.name===e);if(n<0)return;let{scrollTop:r,clientHeight:i}=this.scroller,o=n*Kt,a=i-2*Kt;(o<r||o>r+a)&&(this.scroller.scrollTop=Math.max(0,o-a/2))}drawRows(e){let{scrollTop:n,clientHeight:r}=this.scroller,{from:i,to:o}=Mo(n,r,Kt,this.rows.length),a=Ye(e),s=we(e),l=this.rows.slice(i,o).map((f,u)=>{let c=h("tr",{"data-run":f.name,"aria-rowindex":i+u+2}),d=h("span",{class:"swatch"},ke(qe(f)));return d.style.color=de(f[le(e.options.x)],a,e.theme),c.append(...this.cells(f,d,s)),c});D(this.body,To(i),...l,To(this.rows.length-o)),this.markRows(e)}markRows({selected:e,hovered:n}){for(let r of this.body.rows){let i=r.getAttribute("data-run");r.classList.toggle("selected",i!==null&&i===e),r.classList.toggle("hovered",i!==null&&i===n)}}cells(e,n,r){let i=this.residuals.get(e.name)??null,o=e.reason||(e.notFitted?Un(e):""),a=s=>h("td",{class:"number"},s);return[h("th",{scope:"row",class:"name",title:e.name},n,h("span",{},e.name)),h("td",{},h("span",{class:`status-text ${e.status}`},e.status)),h("td",{},e.size||"–"),a(q(e.n_params)),h("td",{class:"number",title:`${e.n_examples??"unknown"} ${r}s`},q(e.n_examples)),a(ve(e.train_flops,2,{trim:!1})),a(G(e.loss)),a(He(i,2)),h("td",{class:"note",title:o},o)]}};function rr(t){return(t.target instanceof Element?t.target.closest("tr"):null)?.getAttribute("data-run")??null}function To(t){if(t<=0)return null;let e=h("tr",{class:"spacer","aria-hidden":"true"});return e.style.height=`${t*Kt}px`,e}var Qt=class{element;table;left=h("div",{class:"scroller left-out",tabindex:0,"aria-label":"Left out"});runsTab=So("Runs");leftTab=So("Left out");counts=h("span",{class:"muted counts"});fold=h("button",{class:"fold",type:"button","aria-expanded":"true"},"Hide");showsLeftOut=!1;constructor(e){this.table=new Zt(e);let n=h("div",{class:"tabs",role:"tablist"},this.runsTab,this.leftTab),r=h("div",{class:"drawer-bar"},n,this.counts,this.fold);this.element=h("section",{class:"drawer","aria-label":"Runs"},r,this.table.element,this.left),this.runsTab.addEventListener("click",()=>this.show(!1)),this.leftTab.addEventListener("click",()=>this.show(!0)),this.fold.addEventListener("click",()=>this.toggle()),this.show(!1)}update(e,n){if(n.has("answer")||n.has("runs")){let r=e.answer?.excluded??[];this.runsTab.textContent=se(e.runs.length,"run"),this.counts.textContent=St($t(e.runs)),this.leftTab.textContent=`${r.length.toLocaleString("en")} left out`,this.leftTab.hidden=!r.length,!r.length&&this.showsLeftOut&&this.show(!1),D(this.left,Fl(r))}this.table.update(e,n)}show(e){this.showsLeftOut=e,this.table.element.hidden=e,this.left.hidden=!e,this.runsTab.setAttribute("aria-selected",String(!e)),this.leftTab.setAttribute("aria-selected",String(e)),this.element.classList.contains("folded")&&this.toggle()}toggle(){let e=this.element.classList.toggle("folded");this.fold.textContent=e?"Show":"Hide",this.fold.setAttribute("aria-expanded",String(!e))}};function So(t){return h("button",{type:"button",role:"tab","aria-selected":"false"},t)}function Fl(t){let e=t.map(({name:r,reason:i})=>h("tr",{},h("th",{scope:"row",class:"name"},r),h("td",{},ue(i)))),n=h("tr",{},h("th",{scope:"col"},"Run"),h("th",{scope:"col"},"Why it is not in the table"));return h("table",{class:"runs"},h("thead",{},n),h("tbody",{},...e))}var zl="Names of the runs to show and fit, with commas between: demo for all below demo, mlp-* for any ending, !*-old for all but those",Jt=class{constructor(e){this.store=e;this.axis=this.axisChoice(),this.form=this.select("Law","form",[]),this.loss=this.select("Loss","loss",Nt),this.params=this.select("N counts","paramConvention",Lt);let n=Ct.map(i=>({value:String(i),label:Q(i),hint:""}));this.level=this.select("Intervals","level",n),this.runs=this.runsField();let r=[this.form,this.loss,this.params,this.level,this.runs];this.element=h("header",{class:"toolbar"},this.axis,...r.map(i=>i.parentElement),this.status)}store;element;axis;form;loss;params;level;runs;status=h("div",{class:"status",role:"status"});knownForms="";update(e,n){n.has("answer")&&this.listForms(e),(n.has("options")||n.has("answer"))&&this.showChoices(e.options),["runs","options","fit","problem","answer"].some(i=>n.has(i))&&this.showStatus(e),this.element.classList.toggle("loading",e.loading)}axisChoice(){let e=Rt.map(({value:r,label:i,hint:o})=>{let a=h("input",{type:"radio",name:"axis",value:r});return a.addEventListener("change",()=>this.choose({x:r})),h("label",{title:o},a,h("span",{},i))});return h("div",{class:"segments",role:"radiogroup","aria-label":"Horizontal axis"},...e)}select(e,n,r){let i=h("select",{name:n},...r.map(Ao));return i.addEventListener("change",()=>{let o=n==="level"?Number(i.value):i.value;this.choose({[n]:o})}),h("label",{class:"field"},h("span",{},e),i),i}runsField(){let e=h("input",{name:"runs",type:"text",placeholder:"all",spellcheck:"false"});return e.addEventListener("change",()=>this.choose({runs:e.value.trim()})),h("label",{class:"field",title:zl},h("span",{},"Runs"),e),e}choose(e){let n={...this.store.state.options,...e},r="level"in e?this.store.state.view:null;this.store.set({options:n,view:r})}listForms({answer:e,options:n}){let r=e?.forms??[],i=r.map(a=>a.name).join();if(i===this.knownForms)return;this.knownForms=i;let o=r.map(({name:a,title:s})=>({value:a,label:s,hint:""}));D(this.form,...o.map(Ao)),this.form.value=n.form}showChoices(e){for(let n of this.axis.querySelectorAll("input"))n.checked=n.value===e.x;this.form.value=e.form,this.loss.value=e.loss,this.params.value=e.paramConvention,this.level.value=String(e.level),this.runs.value=e.runs}showStatus(e){let{runs:n,problem:r}=e,i=n.filter(l=>l.status==="running").length,o=r!==null?"problem":i?"live":"quiet",a=r??St($t(n)),s=h("span",{title:a},Gl(e,i));D(this.status,h("span",{class:`dot ${o}`}),s)}};function Gl(t,e){return t.problem!==null?"Not up to date":t.answer?tt(t)?e?`${e} running`:"Up to date":"Fitting …":"Reading runs …"}function Ao({value:t,label:e,hint:n}){return h("option",{value:t,title:n},e)}var en="p.scaling.";function Eo(t){let e=new Map;for(let i of t.replace(/^#/,"").split("&")){let o=i.indexOf("=");o<0||!i.startsWith(en)||e.set(i.slice(en.length,o),Dl(i.slice(o+1)))}let n=Number(e.get("level")),r=e.get("form")??"";return{options:{x:ir(Rt,e.get("x"))??K.x,form:/^[a-z0-9_]+$/.test(r)?r:K.form,loss:ir(Nt,e.get("loss"))??K.loss,paramConvention:ir(Lt,e.get("params"))??K.paramConvention,level:Ct.includes(n)?n:K.level,runs:e.get("runs")??K.runs},view:Vl(e.get("view")),selected:e.get("run")??null}}function $o(t,e){let n=t.replace(/^#/,"").split("&").filter(l=>l!==""&&!l.startsWith(en)),{options:r,view:i,selected:o}=e,s=[["x",r.x===K.x?null:r.x],["form",r.form===K.form?null:r.form],["loss",r.loss===K.loss?null:r.loss],["params",r.paramConvention===K.paramConvention?null:r.paramConvention],["level",r.level===K.level?null:String(r.level)],["runs",r.runs===K.runs?null:r.runs],["view",i&&Bl(i)],["run",o]].flatMap(([l,f])=>f===null?[]:[`${en}${l}=${encodeURIComponent(f)}`]);return`#${[...n,...s].join("&")}`}function Bl({x:t,y:e}){return[t.low,t.high,e.low,e.high].map(n=>Number(n.toPrecision(5))).join(",")}function Vl(t){let[e,n,r,i,...o]=(t??"").split(",").map(Number);return e===void 0||n===void 0||r===void 0||i===void 0?null:e>0&&n>e&&r>0&&i>r&&Number.isFinite(n)&&Number.isFinite(i)&&!o.length?{x:{low:e,high:n},y:{low:r,high:i}}:null}function ir(t,e){return t.find(n=>n.value===e)?.value}function Dl(t){try{return decodeURIComponent(t)}catch{return t}}var ql=300,tn=class{store;root;empty=h("main",{class:"empty-page",hidden:!0});workbench;request=null;hashTimer;constructor(e){this.store=new Wt({...Eo(Wn()),hovered:null,theme:"light",answer:null,runs:[],fit:null,fittedAt:0,loading:!1,problem:null});let{store:n}=this,r=new Jt(n),i=new qt(n),o=new jt(n),a=new Qt(n);this.workbench=h("main",{class:"workbench"},i.element,o.element),this.root=h("div",{class:"app"},r.element,this.empty,this.workbench,a.element),e.append(this.root);for(let s of[r,i,o,a])n.listen((l,f)=>s.update(l,f));n.listen((s,l)=>{l.has("selected")&&i.announce(s)}),n.listen((s,l)=>this.follow(s,l))}start(){let{store:e}=this;so(r=>{document.documentElement.classList.toggle("dark",r==="dark"),e.set({theme:r})}),e.touch();let n=new Ut(this.root,()=>this.refresh());fo(()=>n.wake())}follow(e,n){n.has("options")&&this.load(),(n.has("options")||n.has("view")||n.has("selected"))&&(clearTimeout(this.hashTimer),this.hashTimer=window.setTimeout(()=>this.share(),ql)),n.has("answer")&&this.showEmpty(e)}share(){lo($o(Wn(),this.store.state))}showEmpty({answer:e}){let n=e?.reason??null;this.empty.hidden=n===null,this.root.classList.toggle("is-empty",n!==null),n!==null&&D(this.empty,co(n))}async refresh(){let{answer:e,problem:n,loading:r}=this.store.state;if(!r){this.share();try{(await or(new AbortController().signal)!==e?.version||n!==null)&&await this.load()}catch(i){this.fail(i)}}}async load(){this.request?.abort();let e=new AbortController;this.request=e;let{store:n}=this,{options:r}=n.state;n.set({loading:!0});try{let i=sr(r,e.signal);i.catch(()=>{});let o=await ar(r,e.signal);n.set({answer:o,runs:ai(o)});let a=await i,s=Date.now()-1e3*a.ageSeconds;n.set({fit:a,fittedAt:s,loading:!1,problem:null})}catch(i){e.signal.aborted||this.fail(i)}}fail(e){if(!(e instanceof Ee))throw e;this.store.set({loading:!1,problem:e.message})}};var Ro=`:root {
  color-scheme: light;
  --page: #ffffff;
  --surface: #f7f8fa;
  --raised: #ffffff;
  --line: #e2e6eb;
  --line-strong: #c3cad3;
  --text: #1a2330;
  --muted: #5c6878;
  --grid: #e6eaef;
  --grid-minor: #f2f4f7;
  --law: #1a2330;
  --band: rgba(43, 66, 101, 0.13);
  --accent: #cf4a0c;
  --focus: #1f6feb;
  --hover: #eef2f8;
  --selected: #e3ecfa;
  --good: #1a7f4b;
  --bad: #b3261e;
  --warn: #8a5a00;
  --warn-surface: #fff8e6;
  --warn-line: #f0dca6;
  --shadow: 0 2px 10px rgba(20, 30, 45, 0.16);
  --shade: rgba(20, 30, 45, 0.22);
  --code: #f1f3f6;
}

:root.dark {
  color-scheme: dark;
  --page: #1d1f24;
  --surface: #24272d;
  --raised: #2b2f36;
  --line: #363b44;
  --line-strong: #515966;
  --text: #e9ecf0;
  --muted: #a3adba;
  --grid: #31353d;
  --grid-minor: #282b32;
  --law: #f4f6f9;
  --band: rgba(190, 208, 235, 0.15);
  --accent: #ff9a57;
  --focus: #6ea8fe;
  --hover: #2c313a;
  --selected: #2d3b52;
  --good: #5fd39a;
  --bad: #ff8f85;
  --warn: #f0c566;
  --warn-surface: #332c1d;
  --warn-line: #5a4b28;
  --shadow: 0 2px 12px rgba(0, 0, 0, 0.5);
  --shade: rgba(0, 0, 0, 0.65);
  --code: #16181c;
}

* {
  box-sizing: border-box;
}

[hidden] {
  display: none !important;
}

html,
body {
  margin: 0;
  height: 100%;
}

body {
  background: var(--page);
  color: var(--text);
  font: 13px/1.45 Roboto, "Segoe UI", "Helvetica Neue", Arial, "Noto Sans", sans-serif;
  -webkit-font-smoothing: antialiased;
}

button,
select {
  font: inherit;
  color: inherit;
}

h1,
h2,
p,
dl,
dd,
ul {
  margin: 0;
  padding: 0;
}

:focus-visible {
  outline: 2px solid var(--focus);
  outline-offset: 1px;
}

.muted {
  color: var(--muted);
}

.small {
  font-size: 12px;
}

.number {
  font-variant-numeric: tabular-nums;
}

.visually-hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

code {
  font-family: "Roboto Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: 92%;
}

sup,
sub {
  font-size: 75%;
  line-height: 0;
}

sup {
  vertical-align: 0.5em;
}

sub {
  vertical-align: -0.3em;
}

.sci {
  white-space: nowrap;
}

/* The page: toolbar, plot and panel, table. It fills the frame and scrolls inside its parts. */

.app {
  display: grid;
  grid-template-rows: auto minmax(0, 1fr) auto;
  height: 100vh;
  min-height: 480px;
}

.workbench {
  display: grid;
  grid-template-columns: minmax(0, 1fr) 348px;
  min-height: 0;
}

.app.is-empty .toolbar,
.app.is-empty .workbench,
.app.is-empty .drawer {
  display: none;
}

.app.is-empty {
  grid-template-rows: minmax(0, 1fr);
}

/* Toolbar */

.toolbar {
  position: relative;
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  gap: 8px 16px;
  padding: 8px 16px;
  border-bottom: 1px solid var(--line);
  background: var(--surface);
}

.toolbar::after {
  content: "";
  position: absolute;
  left: 0;
  bottom: -1px;
  width: 30%;
  height: 2px;
  background: var(--focus);
  opacity: 0;
}

.toolbar.loading::after {
  opacity: 1;
  animation: slide 1.1s ease-in-out 0.25s infinite backwards;
}

@keyframes slide {
  from {
    transform: translateX(-100%);
  }

  to {
    transform: translateX(334%);
  }
}

.segments {
  display: inline-flex;
  border: 1px solid var(--line-strong);
  border-radius: 7px;
  overflow: hidden;
  background: var(--raised);
}

.segments label + label {
  border-left: 1px solid var(--line-strong);
}

.segments input {
  position: absolute;
  opacity: 0;
  pointer-events: none;
}

.segments span {
  display: block;
  padding: 4px 13px;
  cursor: pointer;
}

.segments span:hover {
  background: var(--hover);
}

.segments input:checked + span {
  background: var(--text);
  color: var(--page);
}

.segments input:focus-visible + span {
  outline: 2px solid var(--focus);
  outline-offset: -3px;
}

.field {
  display: inline-flex;
  align-items: center;
  gap: 7px;
  color: var(--muted);
}

.field select {
  appearance: none;
  max-width: 190px;
  padding: 4px 26px 4px 10px;
  border: 1px solid var(--line-strong);
  border-radius: 7px;
  color: var(--text);
  background: var(--raised);
  background-image: linear-gradient(45deg, transparent 50%, var(--muted) 50%),
    linear-gradient(-45deg, transparent 50%, var(--muted) 50%);
  background-position: right 14px top 55%, right 9px top 55%;
  background-size: 5px 5px;
  background-repeat: no-repeat;
  text-overflow: ellipsis;
  cursor: pointer;
}

.field input {
  width: 130px;
  padding: 4px 10px;
  border: 1px solid var(--line-strong);
  border-radius: 7px;
  color: var(--text);
  background: var(--raised);
  font: inherit;
}

.field input::placeholder {
  color: var(--muted);
}

.field select:hover,
.field input:hover {
  border-color: var(--muted);
}

.status {
  display: inline-flex;
  align-items: center;
  gap: 8px;
  margin-left: auto;
  color: var(--muted);
  font-variant-numeric: tabular-nums;
}

.dot {
  width: 8px;
  height: 8px;
  border-radius: 50%;
  background: var(--line-strong);
}

.dot.live {
  background: var(--good);
  animation: pulse 2s ease-in-out infinite;
}

.dot.problem {
  background: var(--bad);
}

@keyframes pulse {
  50% {
    opacity: 0.35;
  }
}

/* Plot */

.chart {
  display: grid;
  grid-template-rows: auto minmax(0, 1fr);
  min-width: 0;
  min-height: 0;
  padding: 10px 0 4px;
}

.legend {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  justify-content: space-between;
  gap: 3px 24px;
  padding: 0 20px 4px 16px;
}

.y-title {
  display: flex;
  flex-wrap: wrap;
  gap: 0 8px;
  flex: 0 1 auto;
  font-weight: 500;
}

.y-title .muted {
  font-weight: 400;
}

.keys {
  display: flex;
  flex: 1 0 100%;
  flex-wrap: wrap;
  gap: 3px 15px;
  color: var(--muted);
  font-size: 12px;
}

.key {
  display: inline-flex;
  align-items: center;
  gap: 6px;
  white-space: nowrap;
}

.colour-key {
  color: var(--muted);
  font-size: 12px;
}

.key .mark {
  color: var(--muted);
}

.colour-bar {
  width: 84px;
  height: 9px;
  border-radius: 5px;
}

.frame {
  position: relative;
  min-height: 0;
  overflow: hidden;
  cursor: crosshair;
  touch-action: none;
  user-select: none;
}

.frame:focus-visible {
  outline-offset: -3px;
  border-radius: 8px;
}

.layer {
  position: absolute;
  inset: 0;
  width: 100%;
  height: 100%;
  pointer-events: none;
}

.grid {
  stroke: var(--grid);
}

.grid.minor {
  stroke: var(--grid-minor);
}

.tick,
.axis {
  stroke: var(--line-strong);
}

.tick-label {
  fill: var(--muted);
  font-size: 12px;
  font-variant-numeric: tabular-nums;
}

.axis-title {
  fill: var(--text);
  font-size: 13px;
  font-weight: 500;
}

.hint {
  fill: var(--muted);
  font-size: 11px;
}

.band {
  fill: var(--band);
}

.slice {
  fill: none;
  stroke-width: 1.25;
  opacity: 0.85;
}

.law-halo {
  fill: none;
  stroke: var(--page);
  stroke-width: 4.5;
  opacity: 0.6;
}

.law-line {
  fill: none;
  stroke: var(--law);
  stroke-width: 2.25;
  stroke-linejoin: round;
}

.law-line.beyond {
  stroke-dasharray: 6 4;
  stroke-width: 2;
}

.law-dot {
  fill: var(--law);
  stroke: var(--page);
  stroke-width: 1.5;
}

.crosshair {
  stroke: var(--line-strong);
  stroke-dasharray: 3 3;
}

.prediction {
  fill: none;
  stroke: var(--accent);
  stroke-width: 2;
  stroke-linecap: round;
}

.prediction.halo {
  stroke: var(--page);
  stroke-width: 5;
}

.prediction.diamond {
  fill: var(--page);
}

.key .prediction {
  stroke-width: 1.6;
}

.ring {
  fill: none;
  stroke-width: 2;
}

.ring.hovered {
  stroke: var(--muted);
}

.ring.selected {
  stroke: var(--focus);
}

.zoom-box {
  fill: var(--focus);
  fill-opacity: 0.1;
  stroke: var(--focus);
  stroke-dasharray: 4 3;
}

.reset {
  position: absolute;
  top: 12px;
  right: 26px;
  padding: 4px 12px;
  border: 1px solid var(--line-strong);
  border-radius: 7px;
  background: var(--raised);
  box-shadow: var(--shadow);
  cursor: pointer;
}

.outside {
  position: absolute;
  left: 70px;
  bottom: 52px;
  color: var(--muted);
  font-size: 12px;
  pointer-events: none;
}

.plot-note {
  position: absolute;
  inset: 30% 20% auto;
  text-align: center;
  color: var(--muted);
  font-size: 14px;
}

.tooltip {
  position: absolute;
  top: 0;
  left: 0;
  z-index: 2;
  max-width: 300px;
  padding: 9px 12px;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: var(--raised);
  box-shadow: var(--shadow);
  font-size: 12px;
  pointer-events: none;
}

.card-title {
  display: flex;
  align-items: center;
  gap: 6px;
  margin-bottom: 5px;
  font-size: 13px;
  font-weight: 500;
  overflow-wrap: anywhere;
}

.tooltip dl {
  display: grid;
  grid-template-columns: auto auto;
  gap: 1px 14px;
}

.tooltip dt {
  color: var(--muted);
}

.tooltip dd {
  text-align: right;
  font-variant-numeric: tabular-nums;
}

.card-note {
  margin-top: 5px;
  color: var(--muted);
}

.card-note.beyond {
  color: var(--warn);
}

/* Panel */

.panel {
  display: flex;
  flex-direction: column;
  gap: 10px;
  min-height: 0;
  padding: 12px;
  overflow-y: auto;
  border-left: 1px solid var(--line);
  background: var(--surface);
}

.card {
  padding: 11px 13px 12px;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--raised);
}

.card h2 {
  display: flex;
  align-items: baseline;
  justify-content: space-between;
  gap: 8px;
  margin-bottom: 5px;
  font-size: 13px;
  font-weight: 600;
}

.age {
  color: var(--muted);
  font-size: 12px;
  font-weight: 400;
  white-space: nowrap;
}

.card.problem {
  border-color: var(--bad);
  color: var(--bad);
}

.card.not-yet {
  border-color: var(--warn-line);
  background: var(--warn-surface);
}

.not-yet h2 {
  color: var(--warn);
}

.formula {
  display: flex;
  flex-wrap: wrap;
  align-items: center;
  justify-content: safe center;
  gap: 6px 5px;
  padding: 10px 0 12px;
  overflow-x: auto;
  font-family: "STIX Two Text", Cambria, "Latin Modern Roman", Georgia, "Times New Roman", serif;
  font-size: 16px;
  line-height: 1.15;
}

.formula i {
  padding-right: 0.06em;
}

.formula.plain {
  display: block;
  overflow-wrap: anywhere;
}

.formula .power {
  white-space: nowrap;
}

.formula .left,
.summand,
.formula .term {
  display: inline-flex;
  align-items: center;
  gap: 5px;
  white-space: nowrap;
}

.formula .product {
  flex-wrap: wrap;
  justify-content: center;
  gap: 8px 3px;
}

.formula > .summand,
.formula > .summand > .fraction {
  min-width: 0;
  max-width: 100%;
}

.group {
  display: inline-flex;
  align-items: center;
  gap: 2px;
}

.group .summand,
.group .term {
  gap: 4px;
}

.formula sup .summand,
.formula sup .term {
  gap: 1px;
}

.group.tall {
  gap: 5px;
}

.group.tall > .parenthesis,
.group.tall > .closing > .parenthesis {
  font-size: 2.1em;
  font-weight: 300;
  line-height: 1;
  transform: translateY(-0.06em);
}

.group .closing {
  display: inline-flex;
  align-items: flex-start;
}

.group .closing sup {
  position: static;
}

.fraction {
  display: inline-flex;
  flex-direction: column;
  align-items: stretch;
  text-align: center;
}

.fraction .top {
  padding: 0 4px 3px;
}

.fraction .bottom {
  padding: 5px 4px 0;
  border-top: 1px solid currentColor;
}

.parameters {
  width: 100%;
  border-collapse: collapse;
  margin-bottom: 8px;
}

.parameters th {
  font-weight: 400;
  text-align: left;
}

.parameters thead th {
  padding-bottom: 3px;
  border-bottom: 1px solid var(--line);
  color: var(--muted);
  font-size: 12px;
}

.parameters td,
.parameters tbody th {
  padding: 2px 0;
  white-space: nowrap;
}

.parameters .symbol {
  width: 24px;
  min-width: 24px;
  font-family: "STIX Two Text", Cambria, "Latin Modern Roman", Georgia, "Times New Roman", serif;
  font-size: 15px;
}

.parameters .words {
  width: 100%;
  color: var(--muted);
  white-space: normal;
}

.growth {
  white-space: nowrap;
  font-family: "STIX Two Text", Cambria, "Latin Modern Roman", Georgia, "Times New Roman", serif;
  font-size: 14px;
}

.parameters .number {
  padding-left: 8px;
  text-align: right;
}

.parameters .interval {
  color: var(--muted);
}

/* Two powers of ten don't fit beside each other. */
.parameters .breaks {
  white-space: normal;
}

.parameters .separated th,
.parameters .separated td {
  padding-top: 6px;
}

.findings {
  display: grid;
  gap: 6px;
  padding-left: 0;
  list-style: none;
}

.findings li {
  position: relative;
  padding-left: 17px;
}

.findings li::before {
  content: "";
  position: absolute;
  top: 5px;
  left: 1px;
  width: 8px;
  height: 8px;
  border: 2px solid var(--warn);
  border-radius: 50%;
}

.bar {
  display: grid;
  grid-template-columns: 1fr auto;
  gap: 2px 8px;
  margin-top: 6px;
}

.bar-track {
  grid-column: 1 / -1;
  height: 5px;
  border-radius: 3px;
  background: var(--grid);
}

.bar-fill {
  display: block;
  height: 100%;
  border-radius: 3px;
  background: var(--line-strong);
}

.bar-fill.good {
  background: var(--focus);
}

.predicted {
  display: grid;
  grid-template-columns: minmax(0, 1fr) auto;
  gap: 2px 8px;
  align-items: center;
}

.predicted + .predicted {
  margin-top: 8px;
}

.predicted p {
  grid-column: 1 / -1;
  color: var(--muted);
}

.run-link {
  padding: 0;
  border: 0;
  background: none;
  text-align: left;
  text-decoration: underline;
  text-decoration-color: var(--line-strong);
  text-underline-offset: 3px;
  overflow: hidden;
  text-overflow: ellipsis;
  white-space: nowrap;
  cursor: pointer;
}

.badge {
  padding: 0 9px;
  border: 1px solid var(--line-strong);
  border-radius: 9px;
  color: var(--muted);
  font-size: 12px;
}

.badge.hit {
  border-color: var(--good);
  color: var(--good);
}

.badge.miss {
  border-color: var(--bad);
  color: var(--bad);
}

/* Table */

.drawer {
  display: grid;
  grid-template-rows: auto minmax(0, 1fr);
  height: clamp(150px, 31vh, 380px);
  border-top: 1px solid var(--line);
}

.drawer.folded {
  height: auto;
}

.drawer.folded .scroller {
  display: none;
}

.drawer-bar {
  display: flex;
  align-items: center;
  padding: 0 16px 0 8px;
  border-bottom: 1px solid var(--line);
  background: var(--surface);
}

.tabs {
  display: flex;
  gap: 4px;
}

.counts {
  margin: 0 auto 0 14px;
  font-size: 12px;
}

.tabs button,
.fold {
  padding: 6px 10px 5px;
  border: 0;
  border-bottom: 2px solid transparent;
  background: none;
  color: var(--muted);
  cursor: pointer;
}

.tabs button[aria-selected="true"] {
  border-bottom-color: var(--text);
  color: var(--text);
  font-weight: 500;
}

.tabs button:hover,
.fold:hover {
  color: var(--text);
}

/* A shade at the side where there is more to scroll to; what scrolls along covers it at the end. */
.scroller {
  min-height: 0;
  overflow: auto;
  background: linear-gradient(to right, var(--page) 40%, transparent) 0 0 / 36px 100% no-repeat local,
    linear-gradient(to left, var(--page) 40%, transparent) 100% 0 / 36px 100% no-repeat local,
    linear-gradient(to right, var(--shade), transparent) 0 0 / 14px 100% no-repeat scroll,
    linear-gradient(to left, var(--shade), transparent) 100% 0 / 14px 100% no-repeat scroll;
}

.scroller:focus-visible {
  outline-offset: -2px;
}

.runs {
  width: 100%;
  border-collapse: separate;
  border-spacing: 0;
}

.runs thead th {
  position: sticky;
  top: 0;
  z-index: 1;
  padding: 0;
  border-bottom: 1px solid var(--line);
  background: var(--page);
  color: var(--muted);
  font-weight: 400;
  text-align: left;
}

.runs thead th:first-child,
.runs tbody th {
  padding-left: 16px;
}

.left-out thead th {
  padding: 5px 10px;
}

.runs thead button {
  padding: 5px 10px;
  border: 0;
  background: none;
  color: inherit;
  cursor: pointer;
  white-space: nowrap;
}

.runs thead th:first-child button {
  padding-left: 0;
}

.runs thead button:hover,
.runs thead th[aria-sort] {
  color: var(--text);
}

.runs th.number,
.runs td.number {
  text-align: right;
}

.runs tbody tr {
  height: 28px;
}

.runs tbody td,
.runs tbody th {
  padding-top: 0;
  padding-bottom: 0;
  padding-right: 10px;
  border-bottom: 1px solid var(--grid-minor);
  font-weight: 400;
  text-align: left;
  white-space: nowrap;
}

.runs tbody td {
  padding-left: 10px;
}

.runs tbody tr.hovered {
  background: var(--hover);
}

.runs tbody tr.selected {
  background: var(--selected);
}

.runs tbody tr:not(.spacer) {
  cursor: pointer;
}

.left-out .runs tbody tr {
  cursor: default;
}

.runs .name {
  max-width: 320px;
  overflow: hidden;
  text-overflow: ellipsis;
}

.runs .swatch {
  display: inline-block;
  width: 20px;
  vertical-align: -2px;
}

.runs .note {
  width: 30%;
  max-width: 0;
  overflow: hidden;
  color: var(--muted);
  text-overflow: ellipsis;
}

.left-out td {
  white-space: normal;
}

.status-text.diverged,
.status-text.failed {
  color: var(--bad);
}

.status-text.running {
  color: var(--good);
}

.status-text.stalled,
.status-text.stopped {
  color: var(--warn);
}

/* Nothing there yet */

.empty-page {
  overflow: auto;
}

.empty {
  max-width: 640px;
  margin: 8vh auto 0;
  padding: 0 24px 24px;
}

.empty h1 {
  margin-bottom: 10px;
  font-size: 21px;
  font-weight: 500;
}

.empty .reason {
  font-size: 14px;
}

.empty pre {
  margin: 18px 0;
  padding: 16px 18px;
  overflow-x: auto;
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--code);
  font: 13px/1.55 "Roboto Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}

/* Narrow or low frames scroll as a whole. */

@media (max-width: 860px), (max-height: 560px) {
  .app {
    height: auto;
    min-height: 100vh;
  }

  .chart {
    height: 440px;
  }

  .drawer {
    height: 320px;
  }
}

@media (max-width: 860px) {
  .frame {
    touch-action: pan-y;
  }

  .workbench {
    grid-template-columns: minmax(0, 1fr);
  }

  .panel {
    border-left: 0;
    border-top: 1px solid var(--line);
  }

  .parameters .breaks {
    white-space: nowrap;
  }

  .runs .name {
    max-width: 262px;
  }
}

@media (min-width: 861px) and (max-width: 1100px) {
  .toolbar {
    gap: 8px 11px;
    padding: 8px 12px;
  }

  .segments span {
    padding: 4px 9px;
  }

  .field {
    gap: 5px;
  }

  .field select {
    max-width: 150px;
    padding: 4px 22px 4px 8px;
    background-position: right 12px top 55%, right 7px top 55%;
  }

  .field input {
    width: 90px;
    padding: 4px 8px;
  }

  .workbench {
    grid-template-columns: minmax(0, 1fr) 306px;
  }

  .formula {
    font-size: 14.5px;
  }
}

/* The name of a run mostly says its size, too. */
@media (max-width: 1100px) {
  .runs th:nth-child(3),
  .runs td:nth-child(3) {
    display: none;
  }
}

@media (prefers-reduced-motion: reduce) {
  * {
    animation: none !important;
  }
}
`;async function vh(){document.documentElement.lang="en",document.title="Scaling Laws",document.head.append(h("style",{},Ro)),new tn(document.body).start()}export{vh as render};
